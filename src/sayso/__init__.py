"""Sayso: nothing without your say-so."""
