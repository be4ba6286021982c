"""GitHub: files, issues and pull requests, as whoever the token belongs to."""
