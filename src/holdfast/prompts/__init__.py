"""Prompts are files: loaded once, strict about missing variables, named by content hash."""
