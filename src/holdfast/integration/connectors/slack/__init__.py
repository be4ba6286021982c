"""Slack: channels, messages and threads, as whoever the token belongs to."""
