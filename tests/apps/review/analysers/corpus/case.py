"""One labelled pair: planted problems, and their benign twins."""

from dataclasses import dataclass
from textwrap import dedent

MARK = "# !"


@dataclass(frozen=True)
class Case:
    """Code in which the rule applies to exactly the lines ending in the mark, and code in which nothing is found."""

    analyser: str
    rule: str
    planted: str
    benign: str
    path: str = "app/module.py"

    @property
    def planted_text(self) -> str:
        return (
            "\n".join(line.removesuffix(MARK).rstrip() for line in dedent(self.planted).strip("\n").split("\n")) + "\n"
        )

    @property
    def planted_lines(self) -> set[int]:
        lines = dedent(self.planted).strip("\n").split("\n")
        return {number for number, line in enumerate(lines, start=1) if line.endswith(MARK)}

    @property
    def benign_text(self) -> str:
        return dedent(self.benign).strip("\n") + "\n"

    def __str__(self) -> str:
        return f"{self.analyser}/{self.rule}@{self.path.rpartition('.')[2]}"
