"""Times as they stand in a case: minutes between them, and minutes before them. Pure."""

from datetime import datetime, timedelta


def earlier(at: str, minutes: int) -> str:
    return (datetime.fromisoformat(at) - timedelta(minutes=minutes)).isoformat(sep=" ", timespec="minutes")


def minutes_between(first: str, second: str) -> float:
    """Return how much later the second is."""
    return (datetime.fromisoformat(second) - datetime.fromisoformat(first)).total_seconds() / 60
