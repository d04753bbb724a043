"""What has to be done where: durable, retried, acknowledged, read back, shown."""
