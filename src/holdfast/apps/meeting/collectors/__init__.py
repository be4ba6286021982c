"""A collector: a primitive agent that reads one source, and brings the rows that answer one question."""
