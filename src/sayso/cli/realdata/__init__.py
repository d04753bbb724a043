"""`sayso demo --data completejourney`: the promise kept for a year of purchases of thousands of households."""
