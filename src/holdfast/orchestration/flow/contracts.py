"""What a contract of a handoff says: who hands over to whom, when, and what is passed on. Pure."""

import msgspec


class Contract(msgspec.Struct, frozen=True, omit_defaults=True):
    """``giver`` hands over to ``taker`` if ``when`` holds, and passes on what ``carries`` evaluates to: a dict.

    Both are expressions that see what the giver gave as ``result`` and what it had been handed as ``handed``, nothing
    else. The taker sees what is carried as ``handed``, and nothing else.
    """

    giver: str
    taker: str
    when: str
    carries: str
    name: str = ""
    """Tells apart two contracts between the same two; ``GIVER_to_TAKER`` if it is not given."""

    @property
    def called(self) -> str:
        """Its name."""
        return self.name or f"{self.giver}_to_{self.taker}"
