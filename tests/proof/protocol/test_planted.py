"""A mistake planted in the protocol is found: the search sees what it claims to see."""

from pathlib import Path

import pytest

from tests.proof.protocol.searches import PLANTED, Planted
from tests.proof.protocol.spin import needs_spin, search

pytestmark = [needs_spin, pytest.mark.slow]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.mistake)
def test_a_planted_mistake_is_found(tmp_path: Path, planted: Planted) -> None:
    verdict = search(tmp_path, planted.defines)
    assert verdict.broken is planted.breaks, verdict.story
    assert verdict.story
