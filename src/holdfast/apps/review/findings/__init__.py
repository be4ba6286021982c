"""Findings: what the specialists say, checked against the code, joined where they mean the same, and put in order."""
