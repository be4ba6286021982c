"""Layer 3 of 4 · agent execution: what an agent is, what it does next, and how a turn is taken."""
