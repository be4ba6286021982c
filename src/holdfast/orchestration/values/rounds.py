"""Where a run stands in the rounds of its review, and which node's value is its result. Pure."""

from holdfast.journal.fold.state import NodeState, ReviewState, RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.review import REVISE

REVIEW_KIND = "review"
"""The kind of the node that is a round."""


def round_path(run: RunState) -> str:
    """Return the path of the round that the review is in, or that comes next."""
    if not run.reviews:
        return paths.review(run.app, 1)
    path = run.reviews[-1].node
    last = run.nodes.get(path)
    if last is not None and last.outcome is None:
        return path
    return paths.review(run.app, int(path.rpartition(".")[2]) + 1)


def open_round(run: RunState) -> NodeState | None:
    """Return the round that goes on, None between rounds and before the first."""
    node = run.nodes.get(round_path(run))
    return node if node is not None and node.outcome is None else None


def verdict(run: RunState, path: str) -> ReviewState | None:
    """Return what the review came to in the round at ``path``, None before it has."""
    last = run.reviews[-1] if run.reviews else None
    return last if last is not None and last.node == path else None


def revisions(run: RunState) -> int:
    """Return how often the result was revised, or was to be."""
    return sum(paths.below(review.node, REVISE) in run.nodes for review in run.reviews)


def result_path(run: RunState) -> str:
    """Return the path of the node whose value is the run's result: the last revision, or else the flow."""
    for review in reversed(run.reviews):
        revised = run.nodes.get(paths.below(review.node, REVISE))
        if revised is not None and revised.outcome in (Outcome.SUCCEEDED, Outcome.PARTIAL):
            return revised.path
    return run.app
