"""Recorded requests read back into ours, so that an adapter can be asked to write them anew."""
