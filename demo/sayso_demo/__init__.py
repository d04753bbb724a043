"""Linen & Loom: a demo shop that uses Sayso over its public API, with its ad partner and a mailbox."""
