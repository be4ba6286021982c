"""Whether somebody says yes before anything is done that nothing takes back. Pure."""

from collections.abc import Iterator

from holdfast.governance.policy.policy import Effect as Says
from holdfast.integration.tools.contract import Tool
from holdfast.kernel.effects import IRREVERSIBLE
from holdfast.kernel.paths import parent
from holdfast.orchestration.application.tool_map import FLOW
from holdfast.orchestration.flow.nodes import DecisionNode, PlanNode, Saga
from holdfast.verify.checks.seen import Seen
from holdfast.verify.report import Check, Finding
from holdfast.verify.search.facts import Chosen
from holdfast.verify.search.stepping import BY_NOBODY

ASKING = (Says.ASK, Says.ASK_IF_PERMITTED)


def check_approvals(seen: Seen) -> Check:
    """Return the irreversible tools that some path comes to without anybody's yes."""
    violations: list[Finding] = []
    told: list[Finding] = []
    for place, caller, tool in seen.acting:
        if tool.reversibility != IRREVERSIBLE or place not in seen.searched.facts.entered:
            continue
        if "/undo[" in place:
            told.append(Finding(place, f"{tool.name} takes a step back, and nothing takes back what it does"))
        elif (how := _asked(seen, caller, tool) or _by_plan(seen, place, caller)) is not None:
            told.append(Finding(place, f"{tool.name}: {how}"))
        elif _is_declared(seen, place):
            told.append(Finding(place, f"{tool.name} is declared irreversible in its saga, and nobody is asked"))
        elif not seen.is_denied(caller, tool.name):
            violations.extend(_unapproved(seen, place, tool))
    return Check(
        id="approvals",
        asks="every path to a tool that nothing takes back passes somebody's yes",
        violations=tuple(violations),
        not_proved=(
            *seen.beyond("paths that were not followed may come to one"),
            *seen.opaque("it may call any tool of the app"),
        ),
        told=tuple(told),
    )


def _asked(seen: Seen, caller: str, tool: Tool) -> str | None:
    """Return who asks for a yes to calls of ``tool``, None if nobody does."""
    use = seen.use(caller, tool.name)
    rules = () if use is None else tuple(rule for rule in use.rules if rule.says in ASKING)
    if rules:
        conditions = "" if all(rule.is_always for rule in rules) else ", under its conditions"
        return f"asked for by policy {', '.join(rule.policy for rule in rules)}{conditions}"
    if caller == FLOW and tool.ask_when is not None:
        return f"asked for where {tool.ask_when}"
    return None


def _by_plan(seen: Seen, place: str, caller: str) -> str | None:
    """Return who is asked of the plan at ``place`` before ``caller`` acts for it; who writes it acts before that."""
    node = seen.subject.places[place]
    is_asked = isinstance(node, PlanNode) and node.approval is not None and caller != node.planner
    return "a person approves each version of the plan" if is_asked else None


def _is_declared(seen: Seen, place: str) -> bool:
    """Whether it is a step of a saga that says so itself."""
    around = parent(place)
    node = None if around is None else seen.subject.places.get(around)
    if not isinstance(node, Saga):
        return False
    return any(step.is_irreversible for step in node.steps if place == f"{around}/{step.do.name}")


def _unapproved(seen: Seen, place: str, tool: Tool) -> Iterator[Finding]:
    """Yield that no decision stands before ``place`` on every path, with the shortest that none does on."""
    before = seen.searched.facts.chosen_before
    ways = before[place]
    others = {way for other, _, each in seen.acting if each is tool for way in before.get(other, ())}
    if any(_approves(seen, asked, ways, others) for asked in seen.subject.places):
        return
    first = min(ways, key=lambda chosen: seen.searched.facts.first_chosen[place, chosen])
    number = seen.searched.facts.first_chosen[place, first]
    what = "a plan may use it" if isinstance(seen.subject.places[place], PlanNode) else "a path comes to it"
    told = f"{tool.name} cannot be undone, and {what} without anybody's yes: have it asked for"
    yield Finding(place, told, seen.story(number))


def _approves(seen: Seen, asked: str, ways: set[Chosen], others: set[Chosen]) -> bool:
    """Whether the decision at ``asked`` comes first on each of ``ways``, and one of its choices leads nowhere near.

    ``others`` are the ways to all places from which the same may be done.
    """
    node = seen.subject.places[asked]
    if not isinstance(node, DecisionNode):
        return False
    offered = seen.searched.facts.choices[asked] if node.choices else {option.name for option in node.offered}
    if not offered:
        return False
    chosen = [way.get(asked) for way in ways]
    if any(choice is None or choice.endswith(BY_NOBODY) for choice in chosen):
        return False
    return not offered <= {way.get(asked) for way in others}
