"""Holds what the search says of a flow against what became of it in every way in which it was run."""

import time
from collections.abc import Collection, Mapping

from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.nodes import Node
from holdfast.verify.bounds import Bounds
from holdfast.verify.checks.longest import longest
from holdfast.verify.search.search import Searched, search
from holdfast.verify.subject import Subject
from tests.verify.oracle import Lived, Oracle, app_of

BOUNDS = Bounds(cancels=False, doubts=False, seconds=20.0)
UNREDUCED = Bounds(cancels=False, doubts=False, seconds=20.0, reduces=False)


def searched(flow: Node, bounds: Bounds = BOUNDS) -> Searched:
    """Return what the search finds of ``flow``."""
    app = app_of(flow, Oracle())
    begun = time.monotonic()
    subject = Subject(app.flow, functions=app.functions_by_name, bounds=bounds)
    return search(subject, lambda: time.monotonic() - begun)


def differences(found: Searched, lived: Lived) -> list[str]:
    """Return in words whatever the one says and the other does not.

    How each node ends is held against the search in one direction: whatever was lived, it has found. That a node is cut
    off, it need not follow at every instant.
    """
    facts = found.facts
    pairs: dict[str, tuple[object, object]] = {
        "places": (set(facts.entered), lived.entered),
        "cases": (_told(facts.cases), _told(lived.cases)),
        "rungs": (_told(facts.rungs), _told(lived.rungs)),
        "contracts": (_told(facts.contracts), _told(lived.contracts)),
        "choices": (_told(facts.choices), _told(lived.choices)),
        "outcomes": ({outcome for outcome, _ in facts.outcomes}, lived.outcomes),
        "stuck": (bool(facts.stuck or facts.spinning), False),
    }
    if (most := longest(found.edges)) is not None:  # else people may send it round for ever
        pairs["calls"] = (most, lived.calls_max)
    told = [f"{what}: the search says {said}, the runs {was}" for what, (said, was) in pairs.items() if said != was]
    for place, ends in lived.ends.items():
        missing = ends - {Outcome.CANCELLED} - {outcome for outcome, _ in facts.ends[place]}
        told.extend(f"the search does not say that {place} ends {outcome}" for outcome in missing)
    return told


def _told(found: Mapping[str, Collection[object]]) -> dict[str, set[object]]:
    return {place: set(each) for place, each in found.items() if each}
