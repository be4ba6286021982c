"""What an app declares success to be, and how its result comes to be that: the review, as data. Pure values.

Criteria and the inputs of the two nodes are expressions. They see the run's ``input``, ``variables`` and ``result``
and, where the flow is a sequence, the values of its steps by name; the revising node also sees what is ``unmet``.
"""

import re

import msgspec

from holdfast.journal.fold.state import RunState
from holdfast.kernel.ids import digest
from holdfast.orchestration.flow.locate import locate
from holdfast.orchestration.flow.nodes import Node

ROUNDS_MAX = 2
"""How often a result is revised before a person decides, unless the app says otherwise."""
CHECK, REVISE = "check", "revise"
"""What the two nodes of a review are called in the paths of its rounds."""
RESULT, UNMET = "result", "unmet"
"""What the expressions of a review see beside what others do."""

_ROUND = re.compile(r"(?P<app>[^/\[]+)/review\.[0-9]+(?:/(?P<role>[a-z]+)(?P<rest>.*))?\Z")


class Criterion(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that must hold of a result; ``otherwise`` says what to do if it does not."""

    name: str
    holds: str
    """An expression. One that fails does not hold."""
    otherwise: str = ""


class Unmet(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was found wanting. A check may give these instead of plain text."""

    criterion: str
    expected: str = ""
    found: str = ""


class Review(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """When a run has succeeded: every criterion holds, and the check finds nothing.

    What does not is revised at most ``rounds_max`` times, if there is a node for it; then a person decides.
    """

    criteria: tuple[Criterion, ...] = ()
    check: Node | None = None
    """Gives a list of what is unmet, for what takes code or a model to see. One that fails leaves it to a person."""
    revise: Node | None = None
    """Gives a better result from ``result`` and ``unmet``; its value is the run's from then on."""
    rounds_max: int = ROUNDS_MAX
    answer_seconds_max: float | None = None
    """How long a person has to decide; then the run has failed. None: for good."""

    @property
    def nodes(self) -> dict[str, Node]:
        """The nodes there are, by what they are called in paths."""
        both = {CHECK: self.check, REVISE: self.revise}
        return {role: node for role, node in both.items() if node is not None}


_encoder = msgspec.json.Encoder(order="deterministic")


def content_hash(review: Review) -> str:
    """Return the digest of the review as data."""
    return digest(to_json(review))


def to_json(review: Review) -> bytes:
    """Return the review as JSON."""
    return _encoder.encode(review)


def from_json(text: bytes | str) -> Review:
    """Return the review in ``text``. Raises msgspec.ValidationError for what is not one."""
    return msgspec.json.decode(text, type=Review)


def is_in_round(path: str) -> bool:
    """Whether ``path`` lies in, or is, a round of a review; no name in a flow holds a dot."""
    return _ROUND.match(path) is not None


def is_round(path: str) -> bool:
    """Whether ``path`` is that of a round itself."""
    found = _ROUND.match(path)
    return found is not None and found["role"] is None


def node_at(review: Review | None, path: str, run: RunState | None = None) -> Node | None:
    """Return the node at ``path`` if the review has it. Takes and raises what ``locate`` does."""
    if review is None:
        return None
    found = _ROUND.match(path)
    node = review.nodes.get(found["role"]) if found and found["role"] else None
    if found is None or node is None:
        return None
    return locate(node, path, path.removesuffix(found["rest"]), run)
