"""What the model sees: which messages, in which order, and how much room they take."""
