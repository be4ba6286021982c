"""What a classifier promises, and when it has to abstain."""

import unicodedata
from collections.abc import Mapping
from typing import Protocol

import msgspec

from holdfast.intent.classification import OUT_OF_SCOPE, Classification, Scored
from holdfast.kernel.errors import DefinitionError

TEXT_CHARACTERS_MAX = 4_000
"""How much of a request is looked at: what somebody wants stands at its beginning."""
CONFIDENCE_DIGITS = 4


class Classifier(Protocol):
    """Says what is wanted, or abstains. One may serve many requests at once."""

    async def classify(self, text: str) -> Classification:
        """Return what ``text`` asks for."""


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """How sure is sure enough. Raises DefinitionError for a bound that is not from 0 to 1."""

    confidence_min: float = 0.5
    """Less than this of the surest intent is none."""
    margin_min: float = 0.1
    """The surest has to be so much surer than the one after it."""

    def __post_init__(self) -> None:
        for name in ("confidence_min", "margin_min"):
            if not 0 <= getattr(self, name) <= 1:
                raise DefinitionError(f"expected {name} from 0 to 1, found {getattr(self, name)}")


def settle(confidences: Mapping[str, float], thresholds: Thresholds, grounds: str) -> Classification:
    """Return what ``confidences`` of intents come to; ``grounds`` is told where they suffice."""
    found = [Scored(intent, round(value, CONFIDENCE_DIGITS)) for intent, value in confidences.items()]
    ranked = tuple(sorted((each for each in found if each.confidence > 0), key=lambda each: -each.confidence))
    if not ranked:
        return Classification((), abstained=True, why="nothing speaks for any intent")
    surest, second = ranked[0], ranked[1] if len(ranked) > 1 else Scored("", 0.0)
    if surest.intent == OUT_OF_SCOPE:
        return Classification(
            ranked, abstained=True, why=f"it reads like what is out of scope ({surest.confidence:.2f})"
        )
    if surest.confidence < thresholds.confidence_min:
        why = f"{surest.intent} is {surest.confidence:.2f} sure, {thresholds.confidence_min:.2f} is asked for"
        return Classification(ranked, abstained=True, why=why)
    if surest.confidence - second.confidence < thresholds.margin_min:
        why = f"{surest.intent} ({surest.confidence:.2f}) and {second.intent} ({second.confidence:.2f}) are too close"
        return Classification(ranked, abstained=True, why=why)
    return Classification(ranked, abstained=False, why=grounds)


def plain(text: str) -> str:
    """Return ``text`` as classifiers compare it: one case, one kind of apostrophe and space, no more than the limit."""
    folded = unicodedata.normalize("NFKC", text[:TEXT_CHARACTERS_MAX]).replace("’", "'").casefold()
    return " ".join(folded.split())
