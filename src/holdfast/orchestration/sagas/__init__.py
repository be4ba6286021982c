"""Sagas: what their steps have done, how that is undone, what is asked where it cannot be."""
