"""Lives that are ended on purpose: forked from a process that has imported everything, so that one costs little."""

import enum
import itertools
import os
import select
import signal
import traceback
from collections.abc import Callable
from typing import NamedTuple

from holdfast.kernel.faults import Reach
from holdfast.testing.faults.diary import Diary

KILLED = 137
TRACE_CHARACTERS_MAX = 2_000


class Death(enum.StrEnum):
    """How a life is ended."""

    EXIT = "exit"
    """By itself, at the point, with nothing run afterwards."""
    SIGKILL = "sigkill"
    """By the signal, at the point."""
    OUTSIDE = "outside"
    """By the signal from another process once the point is reached: it runs on for a moment."""


class Fate(NamedTuple):
    """Where a life ends. ``kill_at`` counts the points it passes; 0: it is spared."""

    kill_at: int = 0
    death: Death = Death.EXIT


class Ended(NamedTuple):
    """How a life ended: killed as it was to be, gone on to its end, or neither, with what it said."""

    is_killed: bool
    is_whole: bool
    is_stuck: bool = False
    said: str = ""


def live(work: Callable[[Reach], None], fate: Fate, diary: Diary, seconds_max: float) -> Ended:
    """Do ``work`` in a process of its own until it is done or meets its fate."""
    ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ready)
        _be(work, fate, diary, tell)
    os.close(tell)
    try:
        is_stuck = not _watched(child, ready, seconds_max)
        if is_stuck:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    finally:
        os.close(ready)
    code = os.waitstatus_to_exitcode(status)
    is_killed = not is_stuck and code in (KILLED, -signal.SIGKILL)
    return Ended(is_killed, code == 0, is_stuck, f"exit {code}")


def _watched(child: int, ready: int, seconds_max: float) -> bool:
    """Wait until the child has ended, killing it when it asks; say whether it ended in time."""
    while True:
        if not select.select((ready,), (), (), seconds_max)[0]:
            return False
        if not os.read(ready, 1):
            return True
        os.kill(child, signal.SIGKILL)


def _be(work: Callable[[Reach], None], fate: Fate, diary: Diary, tell: int) -> None:
    """Be the child; never return."""
    numbers = itertools.count(1)

    def reach(point: str) -> None:
        number = next(numbers)
        if fate.kill_at == 0:
            diary.write("point", point)
        elif number == fate.kill_at:
            diary.write("killed", point, fate.death)
            _die(fate.death, tell)

    is_whole = False
    try:
        work(reach)
        is_whole = True
    finally:  # nothing of the parent may be unwound here
        if not is_whole:
            diary.write("broken", "", traceback.format_exc()[-TRACE_CHARACTERS_MAX:])
        os._exit(0 if is_whole else 1)


def _die(death: Death, tell: int) -> None:
    match death:
        case Death.EXIT:
            os._exit(KILLED)
        case Death.SIGKILL:
            os.kill(os.getpid(), signal.SIGKILL)
        case Death.OUTSIDE:
            os.write(tell, b"!")
