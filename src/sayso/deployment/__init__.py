"""What this deployment is: its settings, its secrets, and the one way its databases are opened."""
