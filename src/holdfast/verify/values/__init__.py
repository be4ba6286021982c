"""Values that nobody knows before a run: what is known of them, and expressions over them. Pure."""
