"""What may come of each piece of work that a run wants: the events that production would record. Pure."""
