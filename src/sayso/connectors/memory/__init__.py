"""The outside world, for tests: a system held in memory that can be told to misbehave."""

from sayso.connectors.memory.connector import MemoryConnector, World, connect, world

__all__ = ["MemoryConnector", "World", "connect", "world"]
