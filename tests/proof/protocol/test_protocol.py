"""In whatever order things happen, and whatever goes wrong on the way, the protocol keeps its promises."""

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.proof.protocol.searches import FOREVER, SEARCHES
from tests.proof.protocol.spin import Verdict, needs_spin, search

pytestmark = [needs_spin, pytest.mark.slow]


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Verdict]:
    """Make a search of the right model, each only once."""
    return functools.cache(lambda name: search(tmp_path_factory.mktemp("search"), SEARCHES[name]))


@pytest.mark.parametrize("name", SEARCHES)
def test_every_promise_is_kept_in_every_order_of_events(searched: Callable[[str], Verdict], name: str) -> None:
    verdict = searched(name)
    assert verdict.broken is None, verdict.story


def test_together_the_searches_come_to_every_statement(searched: Callable[[str], Verdict]) -> None:
    """Otherwise a promise could be kept because nothing ever happens."""
    assert frozenset.intersection(*(searched(name).unreached for name in SEARCHES)) == frozenset()


@pytest.mark.parametrize("promise", FOREVER)
def test_no_run_waits_for_ever(tmp_path: Path, promise: str) -> None:
    verdict = search(tmp_path, SEARCHES["a crash and a frozen driver"], forever=promise)
    assert verdict.broken is None, verdict.story
