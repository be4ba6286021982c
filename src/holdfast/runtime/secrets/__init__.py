"""Secrets as an operator provides them, and what keeps them out of logs."""
