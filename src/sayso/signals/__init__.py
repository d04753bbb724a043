"""Codecs for privacy signals from outside. Pure: standard library and the heart only."""
