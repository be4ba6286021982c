"""What is found of an agent that gets nowhere: the ways of it, and that it was found."""

import enum

from holdfast.journal.events.event import JournalEvent


class Circle(enum.StrEnum):
    """In which way an agent gets nowhere."""

    SAME_CALL = "same_call"
    """The same call gave the same result again and again."""
    SIMILAR_CALLS = "similar_calls"
    """Calls that hardly differ failed one after the other."""
    CYCLE = "cycle"
    """A few calls take turns, and nothing changes."""
    NOTHING_NEW = "nothing_new"
    """Whatever is called, every result has been seen before."""
    CONTRADICTION = "contradiction"
    """The same read gave results that take turns, although the agent changed nothing between them."""
    DRIFT = "drift"
    """Calls have nothing in common with the task, nor with what was learned about it."""


class LoopSuspected(JournalEvent, frozen=True, tag="turn.loop_suspected/1"):
    """The calls of a turn are part of a circle, or of a larger one than before: the next turn tells the model."""

    node: str
    turn: int
    """The turn whose calls made it so large."""
    circle: Circle
    count: int
    """Calls, rounds or results, as the circle's threshold counts them."""
    threshold: int
    """The count that was reached: from there on the model is told, or the agent is stopped."""
    tools: tuple[str, ...]
    """The tools that were called, by the names that the model gave."""
    key: str = ""
    """Which circle of its kind it is: the same as long as it grows."""
    is_final: bool = False
    """The agent is stopped."""
