"""The gate: may this be done with this person's data now?"""
