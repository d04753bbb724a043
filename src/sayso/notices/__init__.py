"""What is told: notice versions, immutable once published."""
