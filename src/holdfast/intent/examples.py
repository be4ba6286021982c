"""Classifies by nearness to examples: what reads most like the examples of an intent has that intent."""

import math
from collections.abc import Mapping, Sequence
from operator import mul
from typing import Protocol

from holdfast.intent.classification import Classification
from holdfast.intent.classify import Thresholds, plain, settle
from holdfast.kernel.errors import DefinitionError

NEAREST = 3
"""How many examples of an intent are looked at: the nearest ones."""
SHARPNESS = 16.0
"""How much more likely the nearer of two intents is."""
NEARNESS_MIN = 0.3
"""What is further than this from every example reads like none of them."""


class Embeddings(Protocol):
    """Turns texts into directions: the more alike two texts are, the smaller the angle between theirs."""

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return a vector of length 1 for each text, or of zeros for one without anything to go by."""


class ByExamples:
    """A classifier by examples: one intent is as near as its nearest few, and the nearest intents share what is sure."""

    def __init__(
        self,
        examples: Mapping[str, Sequence[str]],
        embeddings: Embeddings,
        thresholds: Thresholds | None = None,
        *,
        nearest: int = NEAREST,
        sharpness: float = SHARPNESS,
        nearness_min: float = NEARNESS_MIN,
    ) -> None:
        """Embeds the examples once. Raises DefinitionError for an intent without any."""
        for intent, texts in examples.items():
            if not texts:
                raise DefinitionError(f"intent {intent!r}: expected examples, found none")
        self._embeddings, self._thresholds = embeddings, thresholds or Thresholds()
        self._nearest, self._sharpness, self._nearness_min = nearest, sharpness, nearness_min
        self._examples = {intent: embeddings.embed([plain(text) for text in texts]) for intent, texts in examples.items()}

    async def classify(self, text: str) -> Classification:
        """Return the intent whose examples are nearest."""
        (asked,) = self._embeddings.embed([plain(text)])
        nearness = {intent: self._nearness_of(asked, examples) for intent, examples in self._examples.items()}
        best = max(nearness.values(), default=0.0)
        if best < self._nearness_min:
            return Classification((), abstained=True, why=f"no example is near: {best:.2f} at the most")
        shares = {intent: math.exp(self._sharpness * (value - best)) for intent, value in nearness.items()}
        whole = sum(shares.values())
        confidences = {intent: share / whole for intent, share in shares.items()}
        return settle(confidences, self._thresholds, f"its nearest examples are {best:.2f} near")

    def _nearness_of(self, asked: Sequence[float], examples: Sequence[Sequence[float]]) -> float:
        nearest = sorted((sum(map(mul, asked, example)) for example in examples), reverse=True)[: self._nearest]
        return sum(nearest) / len(nearest)
