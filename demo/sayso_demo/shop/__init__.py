"""Linen & Loom, a home-textile shop: a program of its own that knows Sayso only over HTTP."""
