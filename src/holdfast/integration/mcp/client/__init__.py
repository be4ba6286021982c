"""The client: sessions with servers, spoken through the official SDK."""
