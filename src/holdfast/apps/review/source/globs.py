"""Which paths a glob names: ``**`` any folders, ``*`` and ``?`` within a name, a bare name at any depth.

Matching takes time in proportion to path times glob, whatever the glob: ``fnmatch`` builds atomic groups for ``*``,
and ``**`` is a set of reachable folders. So a glob from an agent needs no further guard than its length.
"""

import fnmatch
import re
from functools import lru_cache

from holdfast.kernel.errors import InputError

GLOB_CHARS_MAX = 300


def matches(path: str, glob: str) -> bool:
    """Whether the glob names the path. Raises InputError if the glob is empty or too long."""
    return _matches(path.split("/"), _compiled(glob))


@lru_cache(maxsize=64)
def _compiled(glob: str) -> tuple[re.Pattern[str] | None, ...]:
    """Return a pattern for each part of the glob, None for ``**``."""
    if not glob or len(glob) > GLOB_CHARS_MAX:
        raise InputError(f"expected a glob of 1 to {GLOB_CHARS_MAX} characters, found {len(glob)}: try src/*.py")
    parts = glob.removeprefix("./").split("/")
    if parts[-1] == "":
        parts[-1] = "**"  # a folder stands for all below it
    elif len(parts) == 1:
        parts.insert(0, "**")
    return tuple(None if part == "**" else re.compile(fnmatch.translate(part)) for part in parts)


def _matches(names: list[str], patterns: tuple[re.Pattern[str] | None, ...]) -> bool:
    """Walk the patterns; ``reached`` holds how many names can be used up so far."""
    reached = {0}
    for pattern in patterns:
        if pattern is None:
            reached = set(range(min(reached), len(names) + 1))
        else:
            reached = {count + 1 for count in reached if count < len(names) and pattern.match(names[count])}
        if not reached:
            return False
    return len(names) in reached
