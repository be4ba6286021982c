"""Layer 2 of 4 · orchestration & planning: what runs in which order, and who drives it.

A flow is data; the scheduler is a pure function over it and a run's state; the driver does what the scheduler wants.
"""
