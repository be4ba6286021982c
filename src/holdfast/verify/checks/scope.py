"""Whether each agent comes to the tools it is granted and to no others, through runs of other apps as well. Pure."""

from collections.abc import Iterator

from holdfast.kernel.effects import IRREVERSIBLE, Effect
from holdfast.kernel.provenance import Trust
from holdfast.orchestration.application.tool_map import Standing
from holdfast.orchestration.flow.nodes import AgentNode, ChildNode, PlanNode
from holdfast.verify.checks.seen import Seen
from holdfast.verify.report import Check, Finding


def check_scope(seen: Seen) -> Check:
    """Return what is within reach and should not be; and who reads what nobody vouches for and may do great harm."""
    return Check(
        id="scope",
        asks="no agent comes to a tool outside of its grant, nor to one by another app that is denied here",
        violations=(*_beyond_grants(seen), *_denied_here(seen)),
        not_proved=(*seen.opaque("it may call any agent, function or tool of the app"), *_unknown_apps(seen)),
        told=(*_exposed(seen), *_elsewhere(seen), *_planned(seen)),
    )


def _beyond_grants(seen: Seen) -> Iterator[Finding]:
    for place, node in seen.subject.places.items():
        if not isinstance(node, AgentNode):
            continue
        agent = seen.subject.agents.get(node.agent)
        own = {tool.name for tool in agent.tools} if agent is not None else set[str]()
        for name in sorted(set(node.tools or ()) - own):
            yield Finding(place, f"{node.agent} is granted {name} here, which is none of its tools")


def _denied_here(seen: Seen) -> Iterator[Finding]:
    """Yield the tools that a run of another app may use and that this app denies to everybody."""
    standing: dict[str, set[Standing]] = {}
    for use in seen.uses:
        standing.setdefault(use.tool, set()).add(use.standing)
    denied = {tool for tool, found in standing.items() if found == {Standing.DENIED}}
    for place, app in _begun(seen):
        for use in seen.child_uses.get(app, ()):
            if use.tool in denied and use.standing is not Standing.DENIED:
                told = f"{use.tool} is denied here, and a run of {app} may use it in the hands of {use.caller}"
                yield Finding(place, told)


def _elsewhere(seen: Seen) -> Iterator[Finding]:
    """Yield what runs of other apps may change."""
    for place, app in _begun(seen):
        acting = sorted({use.tool for use in seen.child_uses.get(app, ()) if use.reversibility is not None})
        if acting:
            yield Finding(place, f"a run of {app} may use {', '.join(acting)}, under its own policies")


def _planned(seen: Seen) -> Iterator[Finding]:
    """Yield what plans may use: which of it, only the run will tell."""
    for place, node in seen.subject.places.items():
        if isinstance(node, PlanNode):
            kinds = {"agents": node.agent_names, "tools": node.tools, "functions": node.functions}
            listed = "; ".join(f"the {what} {', '.join(names)}" for what, names in kinds.items() if names)
            yield Finding(place, f"a plan may use {listed or 'nothing'}, and nothing else")


def _exposed(seen: Seen) -> Iterator[Finding]:
    """Yield the agents that read what nobody vouches for and hold a tool that may do great harm without being asked."""
    for place, name, tools in seen.agents:
        if place not in seen.searched.facts.entered:
            continue
        reads = [tool.name for tool in tools if not tool.effect.needs_intent and tool.returned.trust is Trust.UNTRUSTED]
        great = [
            tool.name
            for tool in tools
            if (tool.reversibility == IRREVERSIBLE or tool.effect is Effect.UNSAFE or tool.permission is not None)
            and not seen.is_denied(name, tool.name)
        ]
        if reads and great:
            told = f"{name} reads what nobody vouches for ({', '.join(reads)}) and may call {', '.join(great)}"
            yield Finding(place, told)


def _unknown_apps(seen: Seen) -> Iterator[Finding]:
    for place, app in _begun(seen):
        if app not in seen.children:
            yield Finding(place, f"the app {app} is not followed: it is not here, or begins runs of itself")


def _begun(seen: Seen) -> Iterator[tuple[str, str]]:
    yield from ((place, node.app) for place, node in seen.subject.places.items() if isinstance(node, ChildNode))
