"""Measurements, kept in results.json: what, against whom, how much, and whether the goal was met."""
