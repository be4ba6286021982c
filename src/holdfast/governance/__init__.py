"""What may happen: who may use what, and how much of it."""
