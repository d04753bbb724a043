"""A code to any address, typed where somebody wants to sign in."""
