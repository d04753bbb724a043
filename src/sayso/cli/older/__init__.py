"""`sayso import answers`: an older system's export, read row by row and taken over."""
