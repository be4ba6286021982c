"""The commands, one file each or a small group that belongs together."""
