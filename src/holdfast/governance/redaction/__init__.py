"""What of a text must not be seen: known secrets in every encoding, secrets by their shape, personal data."""
