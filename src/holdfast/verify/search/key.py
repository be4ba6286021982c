"""What of a situation bears on what can follow: two with the same key go on alike, and are visited once. Pure.

Left out are instants and versions, what lies below nodes that have ended, values into which no expression looks, and
the order of ends where it decides nothing. Whatever is not known to be without consequence stays in.
"""

from collections.abc import Callable, Hashable, Iterator

from holdfast.execution.interrupt import effects_of
from holdfast.journal.fold.agent_state import AgentState
from holdfast.journal.fold.handing import HANDOFF_KIND, handed, turns
from holdfast.journal.fold.sagas import is_undoing
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.fold.step_state import NOT_TRIED, StepState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.nodes import Join, Loop, Map, Node, Parallel
from holdfast.orchestration.flow.review import is_in_round
from holdfast.orchestration.flow.saga_questions import ask_path, asked_about
from holdfast.orchestration.values.graphs import valid
from holdfast.orchestration.values.looping import last_round
from holdfast.orchestration.values.rounds import REVIEW_KIND, result_path, revisions
from holdfast.verify.outcomes.move import Situation
from holdfast.verify.outcomes.reading import Reading, now
from holdfast.verify.places import place_of
from holdfast.verify.search.sight import GRAPH_KIND, in_sight
from holdfast.verify.subject import Subject
from holdfast.verify.values.parts import unknown_in
from holdfast.verify.values.unknown import Imagined, Unknown

Key = Hashable


class Keys:
    """Makes the keys of one subject's situations."""

    def __init__(self, subject: Subject, reading: Reading) -> None:
        self._subject, self._reading = subject, reading
        self._is_in_sight: Callable[[Unknown], bool] = lambda _: True

    def of(self, at: Situation) -> Key:
        """Return the key of ``at``."""
        run = at.run
        self._is_in_sight = in_sight(self._subject, run)
        if run.is_over:
            return ("over", run.outcome, run.fault and run.fault.kind, run.standing, at.chosen)
        nodes = tuple(sorted(self._nodes(at), key=lambda told: str(told[0])))
        reviewed: Hashable = None
        if (review := self._subject.review) is not None and run.reviews:
            last = run.reviews[-1]
            reviewed = (
                min(revisions(run), review.rounds_max),
                last.unmet,
                place_of(last.node),
                result_path(run) == run.app,
            )
        asked = tuple(sorted(((str(each), repr(value)) for each, value in self._lasting(at))))
        about = (run.status, run.cancel_reason, run.abandons_by, run.sagas, run.standing, bool(run.in_part))
        return (about, nodes, reviewed, asked, run.doubts, at.chosen)

    def _nodes(self, at: Situation) -> Iterator[tuple[Hashable, ...]]:
        run = at.run
        for node in run.nodes.values():
            parent = paths.parent(node.path)
            around = None if parent is None else run.nodes.get(parent)
            if is_in_round(node.path) and node.kind == REVIEW_KIND and node.outcome is not None:
                continue
            if node.outcome is None:
                yield self._open(node, at)
                continue
            is_seen = around is None or around.outcome is None or self._matters(node, run)
            if is_seen and (told := self._ended(node, around, at)) is not None:
                yield told

    def _matters(self, node: NodeState, run: RunState) -> bool:
        """Whether what became of a node inside of what has ended bears on anything."""
        is_in_saga = any(
            node.path.startswith(f"{saga}/") and not _is_settled(node.path, saga, run) for saga in run.sagas
        )
        return is_in_saga or any(step.is_unknown or step.is_open or step.in_doubt for _, _, step in effects_of(node))

    def _open(self, node: NodeState, at: Situation) -> tuple[Hashable, ...]:
        run = at.run
        question = None if node.question is None else node.question.choice or "?"
        child = None if node.child is None else run.children[node.child]
        of_child = None if child is None else (child.is_begun, child.is_recalled, child.outcome)
        is_undo = is_undoing(run, node.path)
        decided: Hashable = self._passed(node, at)
        if node.is_decided:
            below = [each.left_at for each in run.nodes.values() if paths.parent(each.path) == node.path]
            answers = node.items if node.kind == "vote" else ()
            decided = (decided, node.case, len(node.keys), node.decided_at > max(below, default=0), answers)
        return (
            place_of(node.path) if is_in_round(node.path) else node.path,
            decided,
            min(node.tries, 1) if is_undo else node.tries,
            node.retry_at is not None,
            question,
            of_child,
            _step(node.step),
            _agent(node.agent),
            self._flags(node, at),
        )

    def _passed(self, node: NodeState, at: Situation) -> Hashable:
        """Return of a graph which steps came to what was expected of them, of a handoff what the last was handed."""
        run = at.run
        if node.kind == GRAPH_KIND and node.graph is not None:
            steps = {each.step: run.nodes.get(paths.below(node.path, each.step)) for each in node.graph.judged}
            verdicts = {each.step: each for each in node.graph.judged}
            return tuple(sorted(name for name, step in steps.items() if step is not None and valid(verdicts, step)))
        if node.kind == HANDOFF_KIND:
            been = turns(run, node)
            given = handed(run, been[-1].path)
            value = None if given is None else now(self._reading.book.fetch_json(given.value))
            names = tuple((each.member, passed.contract) for each, passed in zip(been, node.passed, strict=False))
            return (len(been), names, self._told(value, at))
        return None

    def _flags(self, node: NodeState, at: Situation) -> Hashable:
        """Return what is to be known of the children of a fan-out that have ended, beside which they are."""
        declared = self._declared(node.path)
        if not isinstance(declared, Parallel | Map):
            return None
        below = [
            each for each in at.run.nodes.values() if each.outcome is not None and paths.parent(each.path) == node.path
        ]
        failed = [each for each in below if each.outcome is not None and not each.outcome.is_success]
        first = (
            min(failed, key=lambda each: each.left_at).fault if failed and self._subject.ladders(node.path) else None
        )
        is_partial = any(each.outcome is Outcome.PARTIAL for each in below)
        if declared.join is Join.QUORUM:
            return (len(failed), len(below))
        return (bool(failed), len(failed) < len(below), is_partial, first and first.kind)

    def _ended(self, node: NodeState, around: NodeState | None, at: Situation) -> tuple[Hashable, ...] | None:
        run, path = at.run, node.path
        is_undo = is_undoing(run, path)
        if (about := asked_about(path)) is not None:
            asks = run.nodes.get(about)
            if asks is None or path != ask_path(asks):
                return None  # a question about a try that is over
        value = None
        declared = None if around is None else self._declared(around.path)
        if isinstance(declared, Loop) and around is not None and not is_undo:
            number, _ = last_round(run, around.path)
            if path not in (paths.item(around.path, str(each)) for each in (number, number - 1)):
                return (path,) if self._matters(node, run) else None
        if self._subject.is_watched(path):
            value = self._value(path, at)
        is_told_by_flags = (
            isinstance(declared, Parallel | Map)
            and not self._matters(node, run)
            and around is not None
            and around.outcome is None
        )
        kind = node.fault.kind if node.fault is not None and self._subject.ladders(path) else None
        outcome = None if is_told_by_flags else (node.outcome, kind)
        steps = (_step(node.step), _agent(node.agent)) if self._matters(node, run) else None
        choice = node.question.choice if node.question is not None else None
        case = node.case if self._matters(node, run) else None
        return (place_of(path) if is_in_round(path) else path, outcome, value, steps, choice, case)

    def _value(self, path: str, at: Situation) -> Hashable:
        """Return what the node at ``path`` gives, with all that was imagined of it."""
        return self._told(self._reading.value(path, at), at)

    def _told(self, value: object, at: Situation) -> Hashable:
        told = {each.source for each in unknown_in(value)}
        parts = sorted((str(each), repr(known)) for each, known in self._sighted(at) if each.source in told)
        return repr(value), tuple(parts)

    def _sighted(self, at: Situation) -> Iterator[tuple[Unknown, Imagined]]:
        """Yield what is imagined of values that may still be looked at."""
        return ((unknown, value) for unknown, value in at.imaginings.items() if self._is_in_sight(unknown))

    def _declared(self, path: str) -> Node | None:
        return self._subject.places.get(place_of(path))

    def _lasting(self, at: Situation) -> Iterator[tuple[Unknown, object]]:
        """Yield what is imagined of values that stay in sight for the whole run."""
        for unknown, value in self._sighted(at):
            if unknown.source == "input" or ":item" in unknown.source:
                yield unknown, value
            else:
                around = paths.parent(unknown.source.partition(":")[0])
                node = at.run.nodes.get(around) if around else None
                if (
                    node is not None
                    and node.outcome is None
                    and at.run.nodes[unknown.source.partition(":")[0]].outcome is None
                ):
                    yield unknown, value


def _is_settled(path: str, saga: str, run: RunState) -> bool:
    """Whether ``path`` lies in what ``saga`` has undone, or has come to an end of undoing."""
    place = paths.undone(path)
    step = place[1] if place is not None else path.removeprefix(f"{saga}/").partition("/")[0].partition("[")[0]
    undoing = run.nodes.get(paths.item(paths.undo(saga), step)) if step else None
    return undoing is not None and undoing.outcome is not None


def _step(step: StepState) -> Hashable:
    if step is NOT_TRIED:
        return None
    tried = (
        step.attempt > 0,
        step.attempt == step.attempts_void,
        step.effect,
        step.outcome,
        step.fault and step.fault.kind,
    )
    doubt = (step.is_open, step.is_unknown, step.in_doubt, step.asks_person, step.retry_at is not None)
    return (*tried, *doubt, step.awaits_approval, step.has_probe and min(step.probes, 1))


def _agent(agent: AgentState | None) -> Hashable:
    if agent is None:
        return None
    calls = tuple((call.request.tool, _step(call.step)) for call in agent.calls)
    stands = (agent.turn, agent.phase, agent.answer is not None, agent.fault and agent.fault.kind)
    return (*stands, agent.fault and agent.fault.retryable, agent.attempts_before, calls)
