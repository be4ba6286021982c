"""Embeddings for tests: texts are alike if they have the same letters."""

import math
from collections.abc import Sequence
from string import ascii_lowercase


class LetterEmbeddings:
    """26 numbers for a text: how often it has each letter."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return a vector of length 1 for each text, or of zeros for one without any letter."""
        return [_direction([float(text.count(letter)) for letter in ascii_lowercase]) for text in texts]


def _direction(counts: list[float]) -> list[float]:
    length = math.hypot(*counts)
    return [count / length for count in counts] if length else counts
