"""Reports: one value that says everything about a finished review, and the four forms it is read in."""
