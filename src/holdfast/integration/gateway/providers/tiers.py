"""How fast a provider says it has served a call: its word for it, where it is not the ordinary way."""

ORDINARY = frozenset({"auto", "default", "on_demand", "standard"})


def tier_of(*said: object) -> str:
    """Return the first word that is not the ordinary one, in small letters; empty if there is none."""
    words = (word.lower() for word in said if isinstance(word, str))
    return next((word for word in words if word and word not in ORDINARY), "")
