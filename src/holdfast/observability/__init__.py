"""What people can see of a run: projections of its journal. Nothing that runs waits for them or depends on them."""
