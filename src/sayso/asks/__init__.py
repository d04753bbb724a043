"""The right question at the right moment, and the answer remembered."""
