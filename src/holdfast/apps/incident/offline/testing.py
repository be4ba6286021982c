"""Tries to refute hypotheses: looks at each component, at whom it calls, at who complains, at what its change did."""

from typing import Any

from holdfast.apps.incident.offline.heard import Fact, Heard, ask, say
from holdfast.apps.incident.offline.hours import minutes_between
from holdfast.apps.incident.offline.picture import Change, Picture, quiet_until
from holdfast.apps.incident.offline.pointing import ROWS_TOLD_MAX, Pointer, moves_around
from holdfast.apps.incident.offline.rollouts import harm_rows, is_guilty, rolled, rows_of
from holdfast.apps.incident.offline.statements import COMPLAINTS
from holdfast.integration.gateway.offline import Answer

SHARE_MIN = 0.5
"""What explains less of what suffers is not the cause."""
SOON_MINUTES, SLACK_MINUTES = 15, 3
"""So long before somebody is ill a change may have made him so; clocks and fits are no better than the slack."""
_Hypothesis = dict[str, Any]


def test(heard: Heard) -> Answer:
    """Query what could refute, then say of each hypothesis how it stands."""
    picture, hypotheses = Picture(heard), heard.sections["hypotheses"] or []
    queries = dict.fromkeys(query for each in hypotheses for query in _queries(picture, each))
    missing = [query for query in queries if heard.of(query[0], *query[1]) is None]
    return ask(*missing) if missing else say({"verdicts": _Bench(heard, picture).verdicts(hypotheses)})


def _queries(picture: Picture, hypothesis: _Hypothesis) -> list[tuple[str, tuple[object, ...]]]:
    found = [moves_around(picture, hypothesis["component"]), (COMPLAINTS, (quiet_until(picture),))]
    change = _change_of(picture, hypothesis)
    return [*found, rolled(picture, change)] if change is not None else found


def _change_of(picture: Picture, hypothesis: _Hypothesis) -> Change | None:
    return next((each for each in picture.changes if each.id == hypothesis["change"]), None)


class _Bench:
    """What the tests have found, and what it tells of a hypothesis."""

    def __init__(self, heard: Heard, picture: Picture) -> None:
        self._heard, self._picture, self._point = heard, picture, Pointer(heard, picture)

    def verdicts(self, hypotheses: list[_Hypothesis]) -> list[dict[str, object]]:
        """Return the verdicts; of several that stand, those that explain less are refuted."""
        refuted = {each["name"]: self._refutation(each) for each in hypotheses}
        standing = [each for each in hypotheses if not refuted[each["name"]]]
        best = max(standing, key=self._weight, default=None)
        for each in standing:
            if best is not None and each is not best:
                refuted[each["name"]] = self._explains_less(each, best)
        return [
            {
                "hypothesis": each["name"],
                "standing": "refuted" if refuted[each["name"]] else "stands",
                "reasons": refuted[each["name"]] or self._point.support(each["component"]),
            }
            for each in hypotheses
        ]

    def _weight(self, hypothesis: _Hypothesis) -> tuple[float, bool]:
        component, picture = hypothesis["component"], self._picture
        seen = 0.3 * bool(picture.complaints_of(component)) + 0.2 * bool(picture.own(component))
        return round(picture.share_explained(component), 2) + seen, hypothesis["change"] is not None

    def _refutation(self, hypothesis: _Hypothesis) -> list[Fact]:
        """Return what refutes it; nothing, if it stands."""
        component, picture, point = hypothesis["component"], self._picture, self._point
        own, busier = picture.own(component), picture.busier(component)
        if not own and not busier and not picture.complaints_of(component):
            return [point.is_well(component, component)]
        if picture.is_only_backed_up(component):
            return [point.moved(component, own[:1], f"work piles up at {component}, which only holds it: ")]
        if picture.is_only_quiet(component):
            return [point.moved(component, own, f"{component} is only asked less, and nobody complains of it: ")]
        if deeper := picture.deeper(component):
            return [fact for each in deeper for fact in self._is_deeper(component, each)][:ROWS_TOLD_MAX]
        if picture.is_only_busy(component):
            return [point.moved(component, busier, f"{component} is only asked more often: ")]
        change = _change_of(picture, hypothesis)
        if change is not None and (cleared := self._clears(change, component)):
            return cleared
        if picture.is_too_slight(component):
            return self._too_slight(component)
        if picture.share_explained(component) < SHARE_MIN or not self._explains_alert(component):
            return self._unexplained(component)
        return []

    def _is_deeper(self, component: str, callee: str) -> list[Fact]:
        own, says = self._picture.own(callee), f"{component} calls {callee}, which is ill itself: "
        moved = [self._point.moved(callee, own[:2], says)] if own else []
        return moved + self._point.complaints(callee, by=component)[:1]

    def _clears(self, change: Change, component: str) -> list[Fact]:
        """Return what clears a change: ill at another time than after it, or ill without it as with it."""
        first = min(self._picture.own(component), key=lambda move: move.since, default=None)
        if first and not -SLACK_MINUTES <= minutes_between(change.at, first.since) <= SOON_MINUTES:
            return [self._point.moved(component, [first], f"{change.id} was at {change.at}, yet ")]
        statement, parameters = rolled(self._picture, change)
        found = self._heard.of(statement, *parameters)
        if found is None or is_guilty(self._heard, self._picture, change):
            return []
        says = f"instances of {component} with {change.id} are no worse than those without"
        return [found.fact(says, component, harm_rows(rows_of(self._heard, self._picture, change)))]

    def _explains_alert(self, component: str) -> bool:
        alerted = self._picture.alerted & self._picture.sufferers()
        return not alerted or bool(alerted & self._picture.explained(component))

    def _too_slight(self, component: str) -> list[Fact]:
        picture, point = self._picture, self._point
        worst = max(picture.above(component), key=picture.severity)
        says = f"{component} is far less ill than {worst}, which does not complain of it: "
        slight, bad = picture.own(component)[:1], picture.harm(worst)[:2]
        return [point.moved(component, slight, says), point.moved(worst, bad, f"{worst} is ill: ")]

    def _unexplained(self, component: str) -> list[Fact]:
        picture = self._picture
        left = sorted(picture.sufferers() - picture.explained(component))[:ROWS_TOLD_MAX]
        says = f"{component} does not explain "
        return [self._point.moved(each, picture.harm(each)[:2], f"{says}{each}: ") for each in left]

    def _explains_less(self, hypothesis: _Hypothesis, best: _Hypothesis) -> list[Fact]:
        component, better, picture = hypothesis["component"], best["component"], self._picture
        left = self._unexplained(component) if component != better else []
        if left or not (moves := picture.own(better)[:2] or picture.busier(better)):
            return left or self._point.support(better)
        return [self._point.moved(better, moves, f"{better} explains what {component} does, and more: ")]
