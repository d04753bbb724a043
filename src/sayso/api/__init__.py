"""The REST interface under /v1, for brands' servers."""
