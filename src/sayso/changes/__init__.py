"""Whom a new version of a notice touches: told once, asked to keep, allow or stop."""
