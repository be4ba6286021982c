"""The server: what Holdfast offers to other people's clients, spoken through the official SDK."""
