"""A recipient that is told by signed webhook (Standard Webhooks) and acknowledges the same way."""

from sayso.connectors.webhook.connector import WebhookConnector, connect

__all__ = ["WebhookConnector", "connect"]
