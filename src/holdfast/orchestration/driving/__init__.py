"""What drives a run: it performs what the walk wants, and records what came of it."""
