"""Liveness: someone drives every runnable run, now or at a time. Safety is the journal's, and never depends on this."""
