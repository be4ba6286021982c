"""What must be true of arguments beyond their types: checks that a tool declares, as data with names."""
