"""What moves or copies runs, and removes them, at an operator's word."""
