"""How many may be reached for a purpose, beside what says whether they are glad of it."""
