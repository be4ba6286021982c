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
        """The verdict in one line."""
        counted = f"{self.situations:,} situation{'' if self.situations == 1 else 's'}"
        words = {
            Verdict.HOLDS: f"verified · {counted}",
            Verdict.NOT_PROVED: f"not proved · {counted}" + (f" · ended at {self.hit}" if self.hit else ""),
            Verdict.VIOLATED: f"fails verification: holdfast verify {self.app}",
        }
        return f"{words[self.verdict]} · {self.identity[:SHOWN_CHARACTERS]}"
