"""Durable news: a row written in the writer's own transaction, read upwards by the worker."""
