"""Replies that are kept for identical requests, where that is declared."""
