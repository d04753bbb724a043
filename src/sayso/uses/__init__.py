"""How often data really was used, held back or asked for: counts per person, choice, system and day."""
