"""What proofs of durability share: lives that are ended on purpose, a world that outlives them, what must hold."""
