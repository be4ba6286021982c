"""A small shop in one SQLite file: what the support desk looks things up in, and what it changes."""
