"""The ledger: events, standings, receipts. The only place that writes answers."""
