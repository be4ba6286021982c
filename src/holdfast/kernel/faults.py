"""The named points at which a test may end the process or play a failure.

Code that writes, or acts on the world, says which point it has reached; in production nobody listens. The list is
closed, so a crash test that walks through it misses no write and no effect.
"""

import enum
from collections.abc import Callable

Reach = Callable[[str], None]
"""Told the name of each point as it is reached. It may end the process, or raise to play a step that failed."""


class Point(enum.StrEnum):
    """Every point there is: ``before`` nothing of the step has happened, ``after`` all of it has."""

    MEMORY_BEFORE_COMMIT = "memory.before_commit"
    MEMORY_AFTER_COMMIT = "memory.after_commit"
    SQLITE_BEFORE_COMMIT = "sqlite.before_commit"
    SQLITE_AFTER_COMMIT = "sqlite.after_commit"
    SQLITE_BEFORE_MIGRATION = "sqlite.before_migration"
    SQLITE_AFTER_MIGRATION = "sqlite.after_migration"
    KEYS_BEFORE_COMMIT = "keys.before_commit"
    KEYS_AFTER_COMMIT = "keys.after_commit"
    FILE_BEFORE_NAMED = "file.before_named"
    FILE_AFTER_NAMED = "file.after_named"
    EFFECT_BEFORE_CALL = "effect.before_call"
    EFFECT_AFTER_CALL = "effect.after_call"
    MODEL_BEFORE_CALL = "model.before_call"
    MODEL_AFTER_CALL = "model.after_call"
    DISPATCH_BEFORE_DRIVE = "dispatch.before_drive"
    DISPATCH_AFTER_DRIVE = "dispatch.after_drive"


POINTS: frozenset[str] = frozenset(Point)


def pass_by(point: str) -> None:
    """Listen to no point: what production does."""
