"""MCP: tools of other people's servers under our executor, and our own tools and agents for other people's clients."""
