"""What is to be known of the event bus: who subscribes, and what caused what."""
