"""What a check has against the arguments of a call: structured, so that a model can mend them."""

from dataclasses import dataclass

from holdfast.integration.tools.visible import one_line

FOUND_CHARACTERS_MAX = 60
ALLOWED_SHOWN_MAX = 10


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing wrong with the arguments: what was expected, what was found, what would do."""

    expected: str
    found: object = ""
    allowed: tuple[str, ...] = ()
    """What would be accepted, the likeliest first; empty if there is too much of it to tell."""
    example: str = ""
    parameter: str = ""
    """Whose value it is; empty if it is about several together."""

    def __str__(self) -> str:
        told = f"{self.parameter}: " if self.parameter else ""
        told += f"expected {self.expected}"
        if self.found != "":
            told += f", found {one_line(repr(self.found), FOUND_CHARACTERS_MAX)}"
        if self.allowed:
            more = len(self.allowed) - ALLOWED_SHOWN_MAX
            listed = ", ".join(self.allowed[:ALLOWED_SHOWN_MAX])
            told += f" (allowed: {listed}{f' and {more} more' if more > 0 else ''})"
        return f"{told}, for example {self.example}" if self.example else told
