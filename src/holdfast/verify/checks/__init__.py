"""What is checked of what the search has seen, and of the flow itself. Pure."""
