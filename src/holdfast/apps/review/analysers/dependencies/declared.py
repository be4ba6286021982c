"""What manifests and locks say: a dependency at a line, however its ecosystem writes it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Ecosystem = Literal["python", "npm", "go", "cargo"]


@dataclass(frozen=True, slots=True)
class Declared:
    """A dependency as declared. ``group`` is '' for what is always installed; ``url`` is its address, if it has one."""

    ecosystem: Ecosystem
    name: str
    specifier: str
    path: str
    line: int
    group: str = ""
    url: str = ""
    is_conditional: bool = False

    @property
    def is_pinned(self) -> bool:
        """Whether exactly one version fits, or a commit is named."""
        if self.url:
            return "@" in self.url.partition("://")[2].partition("/")[2]
        if self.ecosystem == "python":
            return self.specifier.startswith("==") and "*" not in self.specifier and "," not in self.specifier
        return self.specifier[:1].isdigit() or self.specifier.startswith(("=", "v"))

    @property
    def is_anything(self) -> bool:
        """Whether any version at all would do."""
        return not self.url and self.specifier in ("", "*", "latest", "x", ">=0")


@dataclass(slots=True)
class Manifest:
    """One file of declarations: what it declares, and what is odd about where it comes from."""

    path: str
    ecosystem: Ecosystem
    declared: list[Declared] = field(default_factory=list)
    is_lock: bool = False
    has_licence: bool = False
    licence: str = ""
    name_line: int = 1
    sources: list[tuple[int, str]] = field(default_factory=list)  # lines that name where packages come from


def line_of(lines: Sequence[str], *needles: str, start: int = 1) -> int:
    """Return the first line from ``start`` on that holds a needle; the needles are tried in order."""
    for needle in needles:
        for number in range(start, len(lines) + 1):
            if needle in lines[number - 1]:
                return number
    return start
