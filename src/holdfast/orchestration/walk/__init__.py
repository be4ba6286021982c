"""What a run wants under way now: a pure walk over its flow and its state."""
