"""Staying with a run until it rests: watching it, and parking it when it is interrupted."""
