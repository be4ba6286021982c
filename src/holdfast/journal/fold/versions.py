"""How a run evolves that is migrated: its nodes move to other paths, or are forgotten."""

from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace
from rpds import HashTrieMap

from holdfast.journal.events import RunMigrated
from holdfast.journal.fold.graph_state import GraphState
from holdfast.journal.fold.handing import member_of, turn_path
from holdfast.journal.fold.passed import Passed
from holdfast.journal.fold.share_state import ShareState
from holdfast.journal.fold.state import NodeState, RunState, Sent
from holdfast.kernel import paths


def run_migrated(state: RunState, event: RunMigrated, _at: float, version: int) -> RunState:
    new_names = _new_names(event.renamed)
    nodes = {}
    for node in state.nodes.values():
        path = moved(node.path, event.renamed, event.dropped)
        if path is not None:
            nodes[path] = _moved(node, path, new_names.get(node.path, {}), event)
    return replace(
        state,
        definitions=event.definitions,
        models=event.models,
        migrations=(*state.migrations, event.by),
        nodes=HashTrieMap(nodes),
        doubts=_each_moved(state.doubts, event),
        questions=_each_moved(state.questions, event),
        approvals=_each_moved(state.approvals, event),
        abandoned=_each_moved(state.abandoned, event),
        retrying=_each_moved(state.retrying, event),
        sagas=_each_moved(state.sagas, event),
        standing=_each_moved(state.standing, event),
        event_waits=_each_moved(state.event_waits, event),
        in_part=tuple(
            replace(part, path=place(part.path, event), node=place(part.node, event)) for part in state.in_part
        ),
        unseen=tuple(replace(call, node=place(call.node, event)) for call in state.unseen),
        sent=HashTrieMap({place(path, event): _each_sent(sent, event) for path, sent in state.sent.items()}),
        children=HashTrieMap(
            {run: replace(child, node=place(child.node, event)) for run, child in state.children.items()}
        ),
        shares=_shares_moved(state.shares, event),
        version=version,
    )


def moved(path: str, renamed: Mapping[str, str], dropped: Collection[str]) -> str | None:
    """Return where the node at ``path`` lies afterwards, None if it is forgotten. What names most of it counts."""
    around: str | None = path
    while around is not None:
        if around in renamed:
            return renamed[around] + path[len(around) :]
        if around in dropped:
            return None
        around = paths.parent(around)
    return path


def place(path: str, event: RunMigrated) -> str:
    """Return where ``path`` lies afterwards; what happened at a node that is forgotten happened where it was."""
    return moved(path, event.renamed, event.dropped) or path


def _shares_moved(shares: "HashTrieMap[str, ShareState]", event: RunMigrated) -> "HashTrieMap[str, ShareState]":
    """Return the shares at the paths of their nodes; one that is forgotten loses its own."""
    there = ((moved(path, event.renamed, event.dropped), share) for path, share in shares.items())
    return HashTrieMap({path: share for path, share in there if path is not None})


def _each_sent(sent: tuple[Sent, ...], event: RunMigrated) -> tuple[Sent, ...]:
    return tuple(each if each.step is None else replace(each, step=place(each.step, event)) for each in sent)


def _moved(node: NodeState, path: str, names: Mapping[str, str], event: RunMigrated) -> NodeState:
    branches = event.branches.get(path)
    return replace(
        node,
        path=path,
        key_path=node.key_path if path == node.path else node.key_path or node.path,
        case=names.get(node.case, node.case) if node.case is not None else None,
        keys=tuple(names.get(key, key) for key in node.keys) if names else node.keys,
        branches=node.branches if branches is None else branches,
        graph=node.graph if node.graph is None or not names else _graph(node.graph, names),
        passed=tuple(_each_passed(node, event)),
    )


def _graph(graph: GraphState, names: Mapping[str, str]) -> GraphState:
    return replace(
        graph,
        after={
            names.get(name, name): tuple(names.get(each, each) for each in after) for name, after in graph.after.items()
        },
        judged=tuple(replace(each, step=names.get(each.step, each.step)) for each in graph.judged),
    )


def _each_passed(node: NodeState, event: RunMigrated) -> Iterator[Passed]:
    """Yield each handing over with the names that giver and taker have from here on, up to a turn that is forgotten:
    after the one before that the contracts are asked again."""
    for number, passed in enumerate(node.passed, start=1):
        both = turn_path(node.path, passed.giver, number), turn_path(node.path, passed.taker, number + 1)
        giver, taker = (moved(path, event.renamed, event.dropped) for path in both)
        if giver is None or taker is None:
            return
        yield replace(passed, giver=member_of(giver), taker=member_of(taker))


def _new_names(renamed: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return, by the path around them, the names that nodes had and have: a branch remembers the case it took."""
    names: dict[str, dict[str, str]] = {}
    for old, new in renamed.items():
        around = paths.parent(old)
        if around is not None:
            names.setdefault(around, {})[old.rpartition("/")[2]] = new.rpartition("/")[2]
    return names


def _each_moved(effects: tuple[str, ...], event: RunMigrated) -> tuple[str, ...]:
    """Return the paths of effects or nodes afterwards, those that are forgotten left out."""
    told = (moved(path, event.renamed, event.dropped) for path in effects)
    return tuple(path for path in told if path is not None)
