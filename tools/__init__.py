"""What builds, checks and documents Sayso. None of it ships with the server."""
