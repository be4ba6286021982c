"""How sure several sources make us together."""

import math
from collections.abc import Iterable

from holdfast.apps.review.findings.model import Claim

CONFIDENCE_MAX = 0.99
"""Agreement never makes certain; only a single source that says so itself may go above."""


def combined_confidence(claims: Iterable[Claim]) -> float:
    """Return the noisy-or of the independent voices among ``claims``: at least the surest, at most ``CONFIDENCE_MAX``.

    Sources that share a name, such as two specialists that rest on the same analyser, are one voice: its surest counts.
    """
    voices = sorted(_voices(claims))
    agreed = 1.0 - math.prod(1.0 - voice for voice in voices)
    surest = voices[-1] if voices else 0.0
    return max(surest, min(round(agreed, 4), CONFIDENCE_MAX))


def _voices(claims: Iterable[Claim]) -> list[float]:
    voices: list[tuple[set[str], float]] = []
    for claim in claims:
        names = {claim.source, *claim.analysers}
        confidence = claim.confidence
        apart: list[tuple[set[str], float]] = []
        for known, surest in voices:
            if known & names:
                names |= known
                confidence = max(confidence, surest)
            else:
                apart.append((known, surest))
        voices = [*apart, (names, confidence)]
    return [confidence for _, confidence in voices]
