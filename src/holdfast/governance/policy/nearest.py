"""What was probably meant by a name that there is not."""

import difflib
from collections.abc import Iterable

_SIMILARITY_LEAST = 0.6
_NAMES_SHOWN_MAX = 12


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a question for the name most like ``name``, or the names that there are."""
    names = sorted(known)
    if close := difflib.get_close_matches(name, names, n=1, cutoff=_SIMILARITY_LEAST):
        return f"did you mean {close[0]}?"
    more = f" and {len(names) - _NAMES_SHOWN_MAX} more" if len(names) > _NAMES_SHOWN_MAX else ""
    return f"there are {', '.join(names[:_NAMES_SHOWN_MAX])}{more}" if names else "there are none"
