"""A fresh code to an address that was proved before, typed into the browser that asked for it."""
