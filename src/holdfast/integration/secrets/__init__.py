"""Secrets: named by reference, resolved where a tool is called, for those they are meant for."""
