"""The allowances of an operator: read from a file, listed, and who waits for them."""
