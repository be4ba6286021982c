"""Whether what nodes may come to is handled wherever somebody has said that it is to be. Pure."""

from collections.abc import Iterator

from holdfast.kernel.expression import parse
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.kernel.paths import ancestors, parent
from holdfast.orchestration.flow.nodes import Branch, DecisionNode, Fallback, Join, Map, Parallel, PlanNode, Vote
from holdfast.verify.checks.seen import Seen
from holdfast.verify.report import Check, Finding
from holdfast.verify.search.facts import Chosen
from holdfast.verify.search.stepping import BY_NOBODY

CASES_TOLD_APART = 2
"""From so many cases on a branch says what is to be done with each choice."""


def check_outcomes(seen: Seen) -> Check:
    """Return the outcomes that fall through what is there to catch them."""
    violations = (*_failing(seen), *_not_caught(seen), *_unanswered(seen), *_uncovered(seen))
    return Check(
        id="outcomes",
        asks="no expression fails on what may come before it, and every outcome that is to be handled is",
        violations=violations,
        not_proved=(
            *seen.beyond("what comes later may not be handled"),
            *seen.opaque("what it gives is not known"),
            *_planned(seen),
        ),
    )


def _planned(seen: Seen) -> Iterator[Finding]:
    """Yield the plans into whose value an expression looks."""
    for place, node in seen.subject.places.items():
        if isinstance(node, PlanNode) and seen.subject.is_watched(place):
            yield Finding(place, "an expression looks into what it gives: of its steps only the run will tell")


def _failing(seen: Seen) -> Iterator[Finding]:
    """Yield the expressions that have no value on some path, as where they look into what a branch did not give."""
    for (place, text), (number, why) in seen.searched.facts.failing.items():
        yield Finding(place, f"{text} fails: {why}", seen.story(number))


def _not_caught(seen: Seen) -> Iterator[Finding]:
    for (place, kind), number in seen.searched.facts.not_caught.items():
        told = f"a rung may fail with {kind}, which its steps_down_on leaves out: no lower rung is tried"
        yield Finding(place, told, seen.story(number))


def _unanswered(seen: Seen) -> Iterator[Finding]:
    """Yield the questions whose deadline ends the node, and nothing around it catches that."""
    for place, node in seen.subject.places.items():
        if not isinstance(node, DecisionNode) or node.deadline_seconds is None or node.at_deadline is not None:
            continue
        number = seen.searched.facts.ends[place].get((Outcome.FAILED, ErrorKind.TIMEOUT))
        if number is not None and not _is_caught(seen, place):
            told = "it has a deadline and no at_deadline: if nobody answers it fails, and nothing catches that"
            yield Finding(place, told, seen.story(number))


def _is_caught(seen: Seen, place: str) -> bool:
    """Whether a node around ``place`` can go on where it fails."""
    inner = place
    for around in ancestors(place):
        node = seen.subject.places.get(around)
        match node:
            case Fallback(rungs=rungs) if inner != f"{around}/{rungs[-1].name}":
                return True
            case Parallel(join=join) | Map(join=join) if join is not Join.ALL:
                return True
            case Vote():
                return True
            case _:
                inner = around
    return False


def _uncovered(seen: Seen) -> Iterator[Finding]:
    """Yield the choices of which no case takes care in a branch that tells several apart.

    One that has a single case asks whether to do something: any other choice is that it is not done.
    """
    facts = seen.searched.facts
    for place, node in seen.subject.places.items():
        if not isinstance(node, Branch) or node.otherwise is not None or len(node.cases) < CASES_TOLD_APART:
            continue
        names = {name for case in node.cases for name in parse(case.when).names}
        for asked, question in seen.subject.places.items():
            if not isinstance(question, DecisionNode) or question.name not in names or not _sees(place, asked):
                continue
            taken = {_choice(chosen, asked) for case, chosen in facts.taken[place] if case is not None}
            for (case, chosen), number in facts.taken[place].items():
                choice = _choice(chosen, asked)
                if case is None and choice is not None and choice not in taken:
                    taken.add(choice)
                    told = f"no case takes care of it when somebody chooses {choice!r} at {asked}"
                    yield Finding(place, told, seen.story(number))


def _choice(chosen: Chosen, asked: str) -> str | None:
    """Return what was chosen at ``asked``, by whomever."""
    choice = chosen.get(asked)
    return None if choice is None else choice.removesuffix(BY_NOBODY)


def _sees(place: str, asked: str) -> bool:
    """Whether the node at ``place`` may see the decision at ``asked`` as an earlier step."""
    around = parent(asked)
    return around is not None and place.startswith(f"{around}/")
