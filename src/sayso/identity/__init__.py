"""Who is asking: subjects, their devices and accounts, and the proof of it."""
