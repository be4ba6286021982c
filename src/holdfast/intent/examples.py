"""Classifies by nearness to examples: what reads most like the examples of an intent has that intent."""

import math
from collections.abc import Mapping, Sequence
from operator import mul
from typing import Protocol

from holdfast.intent.classification import Classification
from holdfast.intent.classify import Thresholds, plain, settle
from holdfast.kernel.errors import DefinitionError

NEAREST = 2
"""How many examples of an intent are looked at: the nearest ones."""
SHARPNESS = 14.0
"""How much more likely the nearer of two intents is."""
NEARNESS_MIN = 0.2
"""What is further than this from every example reads like none of them."""


class Embeddings(Protocol):
    """Turns texts into directions: the more alike two texts are, the smaller the angle between theirs."""

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return a vector of length 1 for each text, or of zeros for one without anything to go by."""


class ByExamples:
    """A classifier by examples: an intent is as near as its nearest few, and the nearest intents share what is sure."""

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
        vectors = {intent: embeddings.embed([plain(text) for text in texts]) for intent, texts in examples.items()}
        self._middle = _middle([vector for each in vectors.values() for vector in each])
        self._examples = {intent: [self._from_middle(vector) for vector in each] for intent, each in vectors.items()}

    async def classify(self, text: str) -> Classification:
        """Return the intent whose examples are nearest."""
        (vector,) = self._embeddings.embed([plain(text)])
        asked = self._from_middle(vector)
        nearness = {intent: self._nearness_of(asked, examples) for intent, examples in self._examples.items()}
        best = max(nearness.values(), default=0.0)
        if best < self._nearness_min:
            return Classification((), abstained=True, why=f"no example is near: {best:.2f} at the most")
        shares = {intent: math.exp(self._sharpness * (value - best)) for intent, value in nearness.items()}
        whole = sum(shares.values())
        confidences = {intent: share / whole for intent, share in shares.items()}
        return settle(confidences, self._thresholds, f"its nearest examples are {best:.2f} near")

    def _nearness_of(self, asked: Sequence[float], examples: Sequence[Sequence[float]]) -> float:
        products: list[float] = [sum(map(mul, asked, example)) for example in examples]
        nearest = sorted(products, reverse=True)[: self._nearest]
        return sum(nearest) / len(nearest)

    def _from_middle(self, vector: Sequence[float]) -> list[float]:
        """Return the direction of ``vector`` as seen from the middle of all examples: what all share tells nothing."""
        moved = [value - middle for value, middle in zip(vector, self._middle, strict=True)]
        length = math.sqrt(sum(map(mul, moved, moved)))
        return [value / length for value in moved] if length and any(vector) else [0.0] * len(moved)


def _middle(vectors: Sequence[Sequence[float]]) -> list[float]:
    return [sum(values) / len(vectors) for values in zip(*vectors, strict=True)]
