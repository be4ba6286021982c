"""What model calls cost and how much their models can read: from a table that is published, or as a user has said."""
