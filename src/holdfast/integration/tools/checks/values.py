"""Checks of one value that ask nobody: quantities with their unit, statements that only read, paths under a root."""

import math
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from holdfast.integration.tools.checks.objection import Objection
from holdfast.integration.tools.source import source_of
from holdfast.kernel.errors import DefinitionError

SqlJudge = Callable[[str], str | None]
"""Says why a statement does not only read; None if it does. Whoever parses SQL supplies it."""


@runtime_checkable
class DefinedJudge(Protocol):
    """A judge that says itself what it goes by; of any other its source is taken."""

    @property
    def definition(self) -> tuple[object, ...]:
        """All that decides what it lets pass, as JSON can hold it."""

    def __call__(self, statement: str) -> str | None:
        """Say why a statement does not only read; None if it does."""


_QUANTITY = re.compile(r"\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*([^\s0-9]\S*)\s*", re.ASCII)


@runtime_checkable
class ValueCheck(Protocol):
    """Examines one value at once. What it raises refuses the call."""

    @property
    def name(self) -> str:
        """What the check is called in a refusal."""

    @property
    def definition(self) -> tuple[object, ...]:
        """All that decides what it accepts, as JSON can hold it."""

    def objection(self, value: object) -> Objection | None:
        """Return what is wrong with ``value``, None if nothing is."""


@dataclass(frozen=True, slots=True, init=False)
class InUnit:
    """A number with its unit, as text: ``InUnit("kg", "g")`` takes "2.5 kg" and no "2.5"."""

    units: tuple[str, ...]
    least: float
    most: float
    name = "unit"

    def __init__(self, *units: str, least: float = -math.inf, most: float = math.inf) -> None:
        """``least`` and ``most`` are of the only unit. Raises DefinitionError where there are several."""
        if not units or (len(units) > 1 and (least, most) != (-math.inf, math.inf)):
            raise DefinitionError(f"expected units, and one where there are bounds, found {units or 'none'}")
        object.__setattr__(self, "units", units)
        object.__setattr__(self, "least", least)
        object.__setattr__(self, "most", most)

    @property
    def definition(self) -> tuple[object, ...]:
        return (self.name, self.units, str(self.least), str(self.most))

    def objection(self, value: object) -> Objection | None:
        read = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
        if read is None or read.group(2) not in self.units:
            return Objection("a number with its unit", value, self.units, f'"{self._example:g} {self.units[0]}"')
        if not self.least <= float(read.group(1)) <= self.most:
            return Objection(f"from {self.least:g} to {self.most:g} {self.units[0]}", value)
        return None

    @property
    def _example(self) -> float:
        return min(max(1.0, self.least), self.most)


@dataclass(frozen=True, slots=True)
class ReadOnlySql:
    """A statement that only reads, in the judgement of ``judge``."""

    judge: SqlJudge
    name = "read_only_sql"

    @property
    def definition(self) -> tuple[object, ...]:
        if isinstance(self.judge, DefinedJudge):
            return (self.name, *self.judge.definition)
        return (self.name, source_of(self.judge).decode("utf-8", "replace"))

    def objection(self, value: object) -> Objection | None:
        reason = self.judge(value) if isinstance(value, str) else "it is no text"
        return None if reason is None else Objection(f"a statement that only reads: {reason}", value)


@dataclass(frozen=True, slots=True)
class PathUnder:
    """A path that lies under ``root``, symbolic links followed; a relative one counts from there.

    What it names may have changed by the time it is opened: a tool that opens files holds the root by itself as well.
    """

    root: str | Path
    name = "path_under"

    @property
    def definition(self) -> tuple[object, ...]:
        return (self.name, str(self.root))

    def objection(self, value: object) -> Objection | None:
        expected = f"a path under {self.root}"
        if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
            return Objection(expected, value)
        root = os.path.realpath(self.root)
        found = os.path.realpath(os.path.join(root, value))  # an absolute one replaces the root
        return None if found == root or found.startswith(root.rstrip(os.sep) + os.sep) else Objection(expected, value)
