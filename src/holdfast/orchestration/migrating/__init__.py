"""What becomes of a run whose definitions have changed under it."""
