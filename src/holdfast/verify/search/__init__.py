"""The search through all situations that a run may come to. Pure but for the clock that bounds it."""
