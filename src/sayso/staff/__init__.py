"""What staff do with one person: looks with their reason, answers taken by telephone."""
