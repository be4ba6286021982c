"""How scripts run: a loop of their own, a performance held against the record, and the shell that records it."""
