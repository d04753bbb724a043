"""What is held where, why, how long, for whom."""
