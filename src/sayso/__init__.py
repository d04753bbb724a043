"""Sayso: nothing without your say-so."""

__version__ = "0.1.0"
