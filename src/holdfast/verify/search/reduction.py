"""Which of the work that is wanted is looked at now: of branches that cannot bear on each other one at a time. Pure.

Sound for these reasons. A fan-out that waits for all of its branches (best effort, or a vote) goes on alike whichever
of them ends first, as long as nothing around it tells apart why the first has failed; what they write is not imagined,
and what is asked of people is answered by place. So moves in two of its branches commute, none of them takes another
away, and every branch comes to its end under each of its own courses. One that all branches must succeed in is decided
by the first failure: there a branch goes first alone only while nothing that may come next of it decides the fan-out,
and nothing of it would be left behind if another branch decided that now: no effect under way, no saga, no child run.
Work outside of the fan-out, and what people or time may do to the whole, is always looked at.
"""

from collections.abc import Callable, Sequence

from holdfast.execution.actions import Action
from holdfast.execution.interrupt import effects_of
from holdfast.journal.fold.state import RunState
from holdfast.kernel import paths
from holdfast.orchestration.flow.nodes import Join, Map, Parallel, Vote
from holdfast.verify.outcomes.move import Move
from holdfast.verify.places import place_of
from holdfast.verify.subject import Subject

Offered = tuple[Action, Sequence[Move]]


def reduced(
    offered: Sequence[Offered], run: RunState, subject: Subject, decides: Callable[[str, Sequence[Move]], bool]
) -> Sequence[Offered]:
    """Return the part of ``offered`` that stands for all; ``decides`` tells whether a move may end a node."""
    left = list(offered)
    for path in _fan_outs(left, run, subject):
        groups: dict[str, list[Offered]] = {}
        for each in left:
            if (branch := _branch_of(path_of(each[0]), path)) is not None:
                groups.setdefault(branch, []).append(each)
        if len(groups) < 2:
            continue
        chosen = _first_alone(groups, path, run, subject, decides)
        if chosen is not None:
            left = [each for each in left if _branch_of(path_of(each[0]), path) in (None, chosen)]
    return left


def path_of(action: Action) -> str:
    """Return the path of the node whose work ``action`` is."""
    return paths.effect(str(getattr(action, "path", "")))[0]


def _first_alone(
    groups: dict[str, list[Offered]],
    path: str,
    run: RunState,
    subject: Subject,
    decides: Callable[[str, Sequence[Move]], bool],
) -> str | None:
    """Return the branch that may be looked at alone; None if there is none."""
    node = subject.places.get(place_of(path))
    if isinstance(node, Vote) or (isinstance(node, Parallel | Map) and node.join is Join.BEST_EFFORT):
        return next(iter(groups))
    exposed = {_branch_of(each, path) for each in _exposed(run)}
    quiet = (branch for branch in groups if branch not in exposed)
    return next((branch for branch in quiet if not any(decides(path, moves) for _, moves in groups[branch])), None)


def _exposed(run: RunState) -> list[str]:
    """Return the paths at which something would be left behind if they were cut off."""
    steps = [
        node.path for node in run.nodes.values() for _, _, step in effects_of(node) if step.is_open or step.is_unknown
    ]
    return [*steps, *run.sagas, *(run.children[each].node for each in run.children_open), *run.doubts]


def _fan_outs(offered: Sequence[Offered], run: RunState, subject: Subject) -> list[str]:
    """Return the fan-outs around what is offered, the outermost first, that tell their branches' ends alike."""
    around = {above for action, _ in offered for above in paths.ancestors(path_of(action))}
    found = []
    for path in sorted(around, key=len):
        node, state = subject.places.get(place_of(path)), run.nodes.get(path)
        is_open = state is not None and state.outcome is None
        is_plain = all(ladder.steps_down_on is None for ladder in subject.ladders(path))
        if isinstance(node, Parallel | Map | Vote) and is_open and is_plain:
            found.append(path)
    return found


def _branch_of(path: str, fan_out: str) -> str | None:
    """Return the branch of the fan-out that ``path`` lies in; None if it lies outside."""
    if path == fan_out or not path.startswith((f"{fan_out}/", f"{fan_out}[")):
        return None
    rest = path.removeprefix(fan_out)
    if rest.startswith("["):
        return rest.partition("]")[0]
    return rest[1:].partition("/")[0].partition("[")[0]
