"""The Python SDK: speaks HTTP only."""
