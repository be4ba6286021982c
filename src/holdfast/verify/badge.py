"""The verdict on an app in a line, as it is kept and worn by drawings. Values only."""

import msgspec

from holdfast.verify.report import Verdict

SHOWN_CHARACTERS = 8
"""How much is shown of the name of what a verdict is about."""


class Verified(msgspec.Struct, frozen=True):
    """The verdict on an app, as it is kept."""

    identity: str
    app: str
    verdict: Verdict
    situations: int
    hit: str = ""
    violations: tuple[str, ...] = ()

    @property
    def badge(self) -> str:
        """The verdict in one line, with where more is told of an app that fails."""
        where = f": holdfast verify {self.app}" if self.verdict is Verdict.VIOLATED else ""
        return f"{self.words}{where} · {self.name}"

    @property
    def name(self) -> str:
        """What the verdict is about, in short."""
        return self.identity[:SHOWN_CHARACTERS]

    @property
    def words(self) -> str:
        """The verdict alone."""
        counted = f"{self.situations:,} situation{'' if self.situations == 1 else 's'}"
        words = {
            Verdict.HOLDS: f"verified · {counted}",
            Verdict.NOT_PROVED: f"not proved · {counted}" + (f" · ended at {self.hit}" if self.hit else ""),
            Verdict.VIOLATED: "fails verification",
        }
        return words[self.verdict]
