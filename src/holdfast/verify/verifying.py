"""Verifies an application: searches what its runs may come to, and holds every check against that."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.tool_map import Use
from holdfast.orchestration.flow.nodes import ChildNode
from holdfast.verify.bounds import DEFAULT, Bounds
from holdfast.verify.checks.approvals import check_approvals
from holdfast.verify.checks.guards import check_guards
from holdfast.verify.checks.outcomes import check_outcomes
from holdfast.verify.checks.reach import check_deadlocks, check_reachability
from holdfast.verify.checks.sagas import check_sagas
from holdfast.verify.checks.scope import check_scope
from holdfast.verify.checks.seen import Seen
from holdfast.verify.checks.termination import check_budget, check_termination
from holdfast.verify.checks.worst import Prices, Reckoning, no_prices
from holdfast.verify.report import Report
from holdfast.verify.search.search import Searched, Tell, search
from holdfast.verify.subject import subject_of

CHILDREN_DEEP_MAX = 8


def no_uses(_app: App) -> Sequence[Use]:
    """Know of no policies."""
    return ()


@dataclass(frozen=True)
class Verifier:
    """Verifies apps, and those of which they begin runs."""

    find: Callable[[str], App]
    """Finds an app by its name. Raises DefinitionError."""
    now: Callable[[], float]
    """The seconds on a clock that only ever goes on."""
    uses: Callable[[App], Sequence[Use]] = no_uses
    prices: Prices = no_prices
    bounds: Bounds = DEFAULT
    tell: Tell | None = None
    _known: dict[str, Report] = field(default_factory=dict)

    def verify(self, app: App) -> Report:
        """Return what is proved of ``app``."""
        return self._verified(app, (app.name,))

    def _verified(self, app: App, above: tuple[str, ...]) -> Report:
        begun = self.now()
        children = self._children(app, above)
        subject = subject_of(app, self.bounds, {name: outcomes_of(child) for name, child in children.items()})
        searched = search(subject, lambda: self.now() - begun, self.tell)
        child_uses = {name: self.uses(self.find(name)) for name in children}
        seen = Seen(subject, searched, self.uses(app), children, child_uses)
        reckoning = Reckoning(self.prices, {name: child.worst for name, child in children.items()})
        budget, worst = check_budget(seen, reckoning)
        checks = (
            check_termination(seen),
            budget,
            check_reachability(seen),
            check_outcomes(seen),
            check_guards(seen),
            check_deadlocks(seen),
            check_approvals(seen),
            check_scope(seen),
            check_sagas(seen),
        )
        return Report(
            app=app.name,
            version=app.version,
            checks=checks,
            worst=worst,
            ends=_ends(searched),
            situations=len(searched.reached),
            moves=len(searched.edges),
            seconds=round(self.now() - begun, 3),
            bounds=subject.bounds,
            hit=searched.hit,
            opaque=subject.opaque,
            children=tuple(children.values()),
        )

    def _children(self, app: App, above: tuple[str, ...]) -> Mapping[str, Report]:
        """Return what is proved of the apps of which ``app`` begins runs; of one that stands above it nothing is."""
        found: dict[str, Report] = {}
        places = subject_of(app, self.bounds).places
        for node in places.values():
            if not isinstance(node, ChildNode) or node.app in above or len(above) > CHILDREN_DEEP_MAX:
                continue
            if node.app not in self._known:
                try:
                    child = self.find(node.app)
                except DefinitionError:
                    continue  # what is not here is told by the checks
                self._known[node.app] = self._verified(child, (*above, node.app))
            found[node.app] = self._known[node.app]
        return found


def outcomes_of(report: Report) -> tuple[Outcome, ...]:
    """Return how runs of an app may end, as far as that was found."""
    if report.hit:
        return (Outcome.SUCCEEDED, Outcome.PARTIAL, Outcome.FAILED)
    found = (Outcome(end.partition(":")[0]) for end in report.ends)
    return tuple(dict.fromkeys(each for each in found if each is not Outcome.CANCELLED)) or (Outcome.FAILED,)


def _ends(searched: Searched) -> tuple[str, ...]:
    told = (f"{outcome}: {kind}" if kind is not None else str(outcome) for outcome, kind in searched.facts.outcomes)
    return tuple(sorted(told))
