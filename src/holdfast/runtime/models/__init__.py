"""Models by their names: what is configured, whose account it is asked through."""
