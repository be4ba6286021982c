"""The only truth: an append-only list of typed events for each run, and the one door to write to it."""
