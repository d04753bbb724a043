"""A database of the brand's own, found through, exported from and erased by its annotation."""

from sayso.connectors.sql.connector import SqlConnector, connect

__all__ = ["SqlConnector", "connect"]
