"""Delegation: an orchestrator that only says what is to be done, and workers that only do it."""
