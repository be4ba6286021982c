"""Connectors: well-known services as narrow typed tools, each beside a fake that speaks its protocol."""
