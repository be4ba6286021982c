"""Whether every run comes to an end by itself, and how much it takes at the most. Pure."""

from collections.abc import Iterator

from holdfast.kernel.limits import Budget
from holdfast.orchestration.flow.leaves import PublishNode
from holdfast.orchestration.flow.nodes import AgentNode, PlanNode
from holdfast.verify.checks.amounts import LIMITS
from holdfast.verify.checks.longest import circle
from holdfast.verify.checks.seen import Seen
from holdfast.verify.checks.worst import Part, Reckoning, Tight
from holdfast.verify.report import Check, Finding, Most

PARTS_TOLD_MAX = 3


def check_termination(seen: Seen) -> Check:
    """Return whether no run goes round for ever but where people send it round."""
    searched, root = seen.searched, seen.subject.flow.name
    own = [edge for edge in searched.edges if not edge[3]]
    found = circle(own)
    violations = (
        []
        if found is None
        else [Finding(root, "it comes back to where it was, and nobody outside has a hand in it", seen.story(found))]
    )
    violations += [
        Finding(root, "it draws conclusions without end", seen.story(number)) for number in searched.facts.spinning[:1]
    ]
    return Check(
        id="termination",
        asks="every run ends: nothing goes round without an end unless people send it round",
        violations=tuple(violations),
        not_proved=(*seen.beyond("what comes later may go round"), *seen.opaque("that it ends is taken for granted")),
        told=tuple(_rounds(seen)),
    )


def check_budget(seen: Seen, reckoning: Reckoning) -> tuple[Check, Most]:
    """Return whether the budgets can be kept, and the most that a run may take."""
    subject = seen.subject
    worst, least = reckoning.most_of(subject), reckoning.least_turns(subject)
    violations = [*_never_enough(seen, least, worst.tight)]
    told = [*_over(seen, worst.most, worst.parts), *map(_short, worst.tight)]
    if worst.most.usd is None and subject.budget.usd is None and worst.most.turns != 0:
        told.append(
            Finding(subject.flow.name, "what a run costs at the most is not known: no prices, or no limit of tokens")
        )
    check = Check(
        id="budget",
        asks="budgets and shares leave room for the least that is needed; a worst case that is over them is told",
        violations=tuple(violations),
        not_proved=seen.opaque("what it consumes is not reckoned"),
        told=tuple(told),
    )
    return check, worst.most


def _rounds(seen: Seen) -> Iterator[Finding]:
    """Yield what goes on by itself, or by people, for longer than the flow shows."""
    subject = seen.subject
    if subject.review is not None and subject.review.revise is not None:
        told = "whoever is asked may have the result revised as often as they like"
        yield Finding(f"{subject.flow.name}/review", told)
    for place, node in subject.places.items():
        if isinstance(node, PlanNode):
            versions = f"{node.replans_max + 1} version{'s' if node.replans_max else ''}"
            yield Finding(place, f"it ends after at most {versions} of at most {node.steps_max} steps each")
        elif isinstance(node, PublishNode) and node.topic in subject.reacts:
            most = subject.reacts[node.topic]
            told = f"another run reacts to what it publishes on {node.topic}: up to {most} one after the other"
            yield Finding(place, told)


def _never_enough(seen: Seen, least: int, tight: tuple[Tight, ...]) -> Iterator[Finding]:
    budget = seen.subject.budget
    if budget.turns is not None and least > budget.turns:
        told = f"a run takes at least {least} turns, and its budget allows {budget.turns}: none can succeed"
        yield Finding(seen.subject.flow.name, told)
    for each in tight:
        if each.never_enough:
            told = f"its share allows {_amount(each.allowed)} turns, which is less than it needs: it can never succeed"
            yield Finding(each.place, told)
    for place, node in seen.subject.places.items():
        agent = seen.subject.agents.get(node.agent) if isinstance(node, AgentNode) else None
        for name in ("turns", "tokens", "usd"):
            if agent is not None and getattr(agent.budget, name) == 0:
                yield Finding(place, f"the agent {agent.name} has a budget of 0 {name}: it can never answer")


def _short(tight: Tight) -> Finding:
    what = tight.what.replace("_", " ")
    needed = "no known number of" if tight.needed is None else _amount(tight.needed)
    told = f"the worst case is {needed} {what}, its share {_amount(tight.allowed)}: it may be ended before its time"
    return Finding(tight.place, told)


def _over(seen: Seen, most: Most, parts: tuple[Part, ...]) -> Iterator[Finding]:
    budget: Budget = seen.subject.budget
    for name in LIMITS:
        allowed, needed = getattr(budget, name), getattr(most, name)
        if allowed is None or (needed is not None and needed <= allowed):
            continue
        what = name.replace("_", " ")
        worst = _amount(needed) if needed is not None else "no known number of"
        told = f"the worst case is {worst} {what}, the budget {_amount(allowed)}: it may end a run before its time"
        largest = sorted(parts, key=lambda part: -(getattr(part.most, name) or 0))[:PARTS_TOLD_MAX]
        shares = [
            f"{part.place} {_amount(getattr(part.most, name))}{part.how}"
            for part in largest
            if getattr(part.most, name)
        ]
        yield Finding(seen.subject.flow.name, f"{told}; most of it: {', '.join(shares)}" if shares else told)


def _amount(number: float) -> str:
    return f"{int(number):,}" if number == int(number) else f"{number:,.2f}"
