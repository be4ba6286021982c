"""Tells services outside that people are waited for: signed, at least once, never in the way of a run."""
