"""Facts about people, suggestions that say why, counts that forget exactly."""
