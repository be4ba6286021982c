"""Flows as data: their nodes, the names they see, and what must hold of them. Pure."""
