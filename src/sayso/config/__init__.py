"""Settings, addresses and process composition."""
