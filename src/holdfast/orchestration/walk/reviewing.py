"""What a run wants once its flow has succeeded: review, revision, a person's decision, its end. Pure.

One round is one node, ``APP/review.N``: in it the result is checked and, where something is unmet, revised; the next
round reviews what came of that.
"""

from collections.abc import Callable, Iterable, Iterator

from holdfast.execution.actions import Action, Assess, AwaitPerson, Evaluate, Note, WakeAt
from holdfast.journal.events import LifecycleMoved, NodeEntered, NodeLeft, QuestionAnswered, QuestionAsked
from holdfast.journal.fold.state import NodeState, QuestionState, ReviewState, RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.nodes import Node
from holdfast.orchestration.flow.review import CHECK, REVISE, Review
from holdfast.orchestration.lifecycle import Status, Trigger, after
from holdfast.orchestration.moves.retrying import limited_from
from holdfast.orchestration.values import joins
from holdfast.orchestration.values.rounds import REVIEW_KIND, open_round, result_path, revisions, round_path, verdict
from holdfast.orchestration.walk.ending import end

ACCEPT, REVISE_AGAIN, FAIL = "accept", "revise", "fail"
"""What a person can decide."""

Walk = Callable[[Node, str, Evaluate | None], Iterable[Action]]
"""Gives what a node at a path wants, within limits imposed on it."""


def review_result(review: Review, run: RunState, walk: Walk) -> Iterator[Action]:
    """Yield what is wanted of ``run``, whose flow has succeeded."""
    entering = NodeEntered(node=round_path(run), kind=REVIEW_KIND)
    status, state = Status(run.status), open_round(run)
    if status is Status.EXECUTING:
        yield Note((LifecycleMoved(to=after(status, Trigger.EXECUTED)), entering))
    elif state is None:
        yield Note((entering,))
    elif (found := verdict(run, state.path)) is None:
        yield from _judge(review, run, state.path, walk)
    elif not found.unmet:
        given = run.nodes[result_path(run)].outcome
        assert given is not None, "what is reviewed has ended"
        yield from end(run, run.app, given, None)
    elif status is Status.REVISING:
        yield from _revise(review, run, state, walk)
    else:
        yield from _decide(review, run, state, found)


def _judge(review: Review, run: RunState, path: str, walk: Walk) -> Iterator[Action]:
    if review.check is not None:
        where = paths.below(path, CHECK)
        checked = run.nodes.get(where)
        if checked is None or checked.outcome is None:
            yield from walk(review.check, where, _limits(run, where))
            return
    yield Assess(path)


def _decide(review: Review, run: RunState, state: NodeState, found: ReviewState) -> Iterator[Action]:
    """Revise while there are rounds; then do what a person says."""
    question = state.question
    if question is None and _may_revise(review, run, state):
        yield Note((LifecycleMoved(to=after(run.status, Trigger.CRITERIA_UNMET), reason=_unmet(found)),))
    elif question is None:
        yield Note((_asking(review, run, state, found),))
    elif question.choice is None:
        yield AwaitPerson(state.path)
        yield from _until_the_deadline(state.path, question)
    elif question.choice == REVISE_AGAIN:
        reason = f"{question.by} wants it revised"
        yield Note((LifecycleMoved(to=after(run.status, Trigger.CRITERIA_UNMET), reason=reason),))
    elif question.choice == ACCEPT:
        yield from end(run, run.app, Outcome.PARTIAL, None, waived=found.unmet)
    else:
        told = f"unmet: {_unmet(found)} ({question.by} has decided so{f': {question.note}' if question.note else ''})"
        yield from end(run, run.app, Outcome.FAILED, Fault(ErrorKind.UNMET, told))


def _revise(review: Review, run: RunState, state: NodeState, walk: Walk) -> Iterator[Action]:
    where = paths.below(state.path, REVISE)
    revised = run.nodes.get(where)
    assert review.revise is not None, "nothing is revised without a node for it"
    if revised is None or revised.outcome is None:
        yield from walk(review.revise, where, _limits(run, where))
        return
    fault = None if revised.outcome.is_success else joins.because(revised)
    outcome = Outcome.SUCCEEDED if fault is None else Outcome.FAILED
    yield Note(
        (
            NodeLeft(node=state.path, outcome=outcome, fault=fault),
            LifecycleMoved(to=after(run.status, Trigger.REVISED), reason="" if fault is None else fault.message),
        )
    )


def _may_revise(review: Review, run: RunState, state: NodeState) -> bool:
    """Whether a revision may help: a check that could not be made is not the result's fault."""
    checked = run.nodes.get(paths.below(state.path, CHECK))
    is_checked = checked is None or (checked.outcome is not None and checked.outcome.is_success)
    return review.revise is not None and is_checked and revisions(run) < review.rounds_max


def _asking(review: Review, run: RunState, state: NodeState, found: ReviewState) -> QuestionAsked:
    assert found.found is not None, "what is unmet is told"
    deadline = None if review.answer_seconds_max is None else found.at + review.answer_seconds_max
    return QuestionAsked(
        node=state.path,
        number=run.asked + 1,
        asked=found.found,
        options=(ACCEPT, REVISE_AGAIN, FAIL) if review.revise is not None else (ACCEPT, FAIL),
        deadline=deadline,
        default=None if deadline is None else FAIL,
    )


def _until_the_deadline(path: str, question: QuestionState) -> Iterator[Action]:
    if question.deadline is not None and question.default is not None:
        decided = QuestionAnswered(node=path, number=question.number, choice=question.default, by="deadline")
        yield WakeAt(path, question.deadline, (decided,))


def _limits(run: RunState, path: str) -> Evaluate | None:
    """The run's own limit of time goes for reviewing and revising too, but not for a person."""
    return None if run.budget.seconds is None else Evaluate(path, deadline=limited_from(run) + run.budget.seconds)


def _unmet(found: ReviewState) -> str:
    return ", ".join(found.unmet)
