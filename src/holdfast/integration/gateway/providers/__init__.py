"""The providers' own clients behind the one port: a thin adapter each."""
