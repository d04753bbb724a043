"""A part of Sayso itself that keeps data about people, as a system like any other."""

from sayso.connectors.local.connector import LocalConnector, connect, register

__all__ = ["LocalConnector", "connect", "register"]
