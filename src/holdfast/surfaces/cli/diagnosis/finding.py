"""What a look at one thing found: fine, worth knowing, or in the way; and what to do about it."""

import enum

import msgspec


class Level(enum.StrEnum):
    """How much it matters."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(msgspec.Struct, frozen=True):
    """One line of the diagnosis. ``todo`` is empty where nothing is to be done."""

    about: str
    level: Level
    found: str
    todo: str = ""


def fine(about: str, found: str) -> Finding:
    return Finding(about, Level.OK, found)


def warning(about: str, found: str, todo: str) -> Finding:
    return Finding(about, Level.WARN, found, todo)


def failure(about: str, found: str, todo: str) -> Finding:
    return Finding(about, Level.FAIL, found, todo)
