"""How runs come about that react to events on the bus."""
