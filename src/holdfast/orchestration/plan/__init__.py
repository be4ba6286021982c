"""What a plan is, how it becomes a graph, how two differ, and what is next of one: all of it pure."""
