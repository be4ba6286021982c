"""What was made of a request: the intents it may have, how sure that is, and whether nobody would say."""

import msgspec

OUT_OF_SCOPE = "out_of_scope"
"""The intent of what is nobody's business here: rules and examples may speak for it, and where it wins, all abstain."""


class Scored(msgspec.Struct, frozen=True):
    """An intent, and how sure a classifier is of it: from 0 to 1."""

    intent: str
    confidence: float


class Classification(msgspec.Struct, frozen=True):
    """What a classifier has to say of a text. Where it ``abstained``, its intents are no more than what came near."""

    intents: tuple[Scored, ...]
    """The surest first, out of scope among them; an intent that nothing speaks for is left out."""
    abstained: bool
    why: str

    @property
    def intent(self) -> str | None:
        """The intent, or None if the classifier abstained."""
        return None if self.abstained else self.intents[0].intent

    @property
    def near(self) -> tuple[str, ...]:
        """The intents that something speaks for, the surest first; being out of scope is none."""
        return tuple(each.intent for each in self.intents if each.intent != OUT_OF_SCOPE)

    @property
    def confidence(self) -> float:
        """How sure the surest intent is."""
        return self.intents[0].confidence if self.intents else 0.0
