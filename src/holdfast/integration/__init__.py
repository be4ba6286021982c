"""Layer 4 of 4 · tooling & integration: tools, models and other systems, behind ports.

Whatever reaches the world does it through here: the tool executor's list of stages, or the model gateway.
"""
