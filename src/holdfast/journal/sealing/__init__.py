"""What a run holds of a person, sealed under that person's key before any store has it: gone with the key."""
