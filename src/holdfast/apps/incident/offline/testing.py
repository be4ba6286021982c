"""Tries to refute hypotheses: looks at each component, at whom it calls, at who complains, at what its change did."""

from typing import Any

from holdfast.apps.incident.offline.heard import Fact, Found, Heard, ask, say
from holdfast.apps.incident.offline.moves import Move, read_moves
from holdfast.apps.incident.offline.picture import Change, Picture, minutes_between, quiet_until
from holdfast.apps.incident.offline.statements import COMPLAINTS, ROLLED, moves_among
from holdfast.integration.gateway.offline import Answer

SHARE_MIN = 0.5
"""What explains less of what suffers is not the cause."""
WORSE_TIMES = 1.5
"""So much worse are instances that have what made them ill than those that do not."""
SOON_MINUTES, SLACK_MINUTES = 15, 3
ROWS_TOLD_MAX = 6


def test(heard: Heard) -> Answer:
    """Query what could refute, then say of each hypothesis how it stands."""
    picture, hypotheses = Picture(heard), heard.sections["hypotheses"] or []
    queries = dict.fromkeys(query for each in hypotheses for query in _queries(picture, each))
    missing = [query for query in queries if heard.of(query[0], *query[1]) is None]
    if missing:
        return ask(*missing)
    bench = Bench(heard, picture)
    return say({"verdicts": bench.verdicts(hypotheses)})


def moves_around(picture: Picture, component: str) -> tuple[str, tuple[object, ...]]:
    """Return the query for the moves of a component and its neighbours."""
    around = picture.around(component)
    return moves_among(len(around)), tuple(around)


def rolled(picture: Picture, change: Change) -> tuple[str, tuple[object, ...]]:
    """Return the query for the instances with and without a change."""
    return ROLLED, (change.id, change.service, change.at, picture.alert)


def _queries(picture: Picture, hypothesis: dict[str, Any]) -> list[tuple[str, tuple[object, ...]]]:
    found = [moves_around(picture, hypothesis["component"]), (COMPLAINTS, (quiet_until(picture),))]
    change = change_of(picture, hypothesis)
    return [*found, rolled(picture, change)] if change is not None else found


def change_of(picture: Picture, hypothesis: dict[str, Any]) -> Change | None:
    """Return the change that a hypothesis blames."""
    return next((each for each in picture.changes if each.id == hypothesis["change"]), None)


class Bench:
    """What the tests have found, and what it tells of a hypothesis."""

    def __init__(self, heard: Heard, picture: Picture) -> None:
        self._heard, self._picture = heard, picture
        for found in heard.found:
            picture.learn(read_moves(found.rows))

    def verdicts(self, hypotheses: list[dict[str, Any]]) -> list[dict[str, object]]:
        """Return the verdicts; of several that stand, those that explain less are refuted."""
        refuted = {each["name"]: self._refutation(each) for each in hypotheses}
        standing = [each for each in hypotheses if not refuted[each["name"]]]
        best = max(standing, key=self._weight, default=None)
        for each in standing:
            if best is not None and each is not best and each["component"] != best["component"]:
                refuted[each["name"]] = self._explains_less(each, best)
            elif best is not None and each is not best:
                refuted[each["name"]] = self._same_with_less(each, best)
        return [
            {
                "hypothesis": each["name"],
                "standing": "refuted" if refuted[each["name"]] else "stands",
                "reasons": refuted[each["name"]] or self.support(each["component"]),
            }
            for each in hypotheses
        ]

    def _weight(self, hypothesis: dict[str, Any]) -> tuple[float, ...]:
        component, picture = hypothesis["component"], self._picture
        own, complaints = picture.own(component), picture.complaints_of(component)
        return (
            round(picture.share_explained(component), 2) + 0.3 * bool(complaints) + 0.2 * bool(own),
            1.0 if hypothesis["change"] else 0.0,
        )

    def _refutation(self, hypothesis: dict[str, Any]) -> list[Fact]:
        component, picture = hypothesis["component"], self._picture
        own, complaints = picture.own(component), picture.complaints_of(component)
        if not own and not complaints and not picture.busier(component):
            return self._all_is_well(component)
        if picture.is_only_backed_up(component):
            return [self._moved(component, own[:1], f"work piles up at {component}, which only holds it: ")]
        if picture.is_only_quiet(component):
            says = f"{component} is only asked less, and nobody complains of it: "
            return [self._moved(component, picture.starved(component), says)]
        if deeper := [each for each in picture.deeper(component) if each != component]:
            return [fact for each in deeper for fact in self._is_deeper(component, each)][:ROWS_TOLD_MAX]
        if picture.is_only_busy(component):
            return [self._moved(component, picture.busier(component), f"{component} is only asked more often: ")]
        change = change_of(picture, hypothesis)
        if change is not None and (innocent := self._is_innocent(change, component)):
            return innocent
        if picture.is_too_slight(component):
            return self._too_slight(component)
        if picture.share_explained(component) < SHARE_MIN or not self._explains_alert(component):
            return self._unexplained(component)
        return []

    def support(self, component: str) -> list[Fact]:
        """Return what speaks for a component: what moved there, who complains of it, and that what it calls is well."""
        picture, told = self._picture, list[Fact]()
        if moved := picture.own(component) or picture.busier(component):
            told.append(self._moved(component, moved[:ROWS_TOLD_MAX], f"at {component} "))
        found = self._heard.of(COMPLAINTS, quiet_until(picture))
        told += [
            found.fact(f"{row[0]} complains of {component}: {row[5]}", row[0], [row], row[4])
            for row in picture.complaints_of(component)[:3]
            if found is not None and row in found.rows
        ]
        told += [self._moved(each, picture.harm(each)[:2], f"{each} calls {component} and suffers: ")
                 for each in picture.callers(component) if picture.harm(each)][:3]  # fmt: skip
        return told + [self._well(each, component) for each in picture.callees(component) if not picture.own(each)][:3]

    def _found(self, component: str) -> Found:
        statement, parameters = moves_around(self._picture, component)
        found = self._heard.of(statement, *parameters)
        assert found is not None, "it was asked for before anything was said"
        return found

    def _moved(self, service: str, moves: list[Move], says: str) -> Fact:
        for found in self._heard.found:
            if all(move.row in found.rows for move in moves):
                since = min(move.since for move in moves)
                return found.fact(says + "; ".join(move.told for move in moves), service, [m.row for m in moves], since)
        return self._picture.facts[service][0]

    def _all_is_well(self, component: str) -> list[Fact]:
        return [self._well(component, component)]

    def _well(self, service: str, component: str) -> Fact:
        found = self._found(component)
        flat = [move for move in read_moves(found.rows) if move.service == service and not move.is_clear]
        told = sorted(flat, key=lambda move: (not _tells_of_harm(move), move.metric))[:2]
        says = ", ".join(f"{move.metric} {move.before:g} before and {move.after:g} after" for move in told)
        return found.fact(f"nothing is wrong with {service}: {says}", service, [move.row for move in told])

    def _is_deeper(self, component: str, callee: str) -> list[Fact]:
        picture, says = self._picture, f"{component} calls {callee}, which is ill itself: "
        told = [self._moved(callee, picture.own(callee)[:2], says)] if picture.own(callee) else []
        found = self._heard.of(COMPLAINTS, quiet_until(picture))
        rows = [row for row in picture.complaints_of(callee) if row[0] == component]
        if found is not None:
            told += [found.fact(f"{component} complains of {callee}: {row[5]}", component, [row]) for row in rows[:1]]
        return told

    def _is_innocent(self, change: Change, component: str) -> list[Fact]:
        """Return what clears a change: ill at another time than after it, or ill without it as with it."""
        since = self._picture.since(component)
        own = self._picture.own(component)
        if since is not None and not -SLACK_MINUTES <= minutes_between(change.at, since) <= SOON_MINUTES:
            first = min(own, key=lambda move: move.since)
            return [self._moved(component, [first], f"{change.id} was at {change.at}, yet ")]
        statement, parameters = rolled(self._picture, change)
        found = self._heard.of(statement, *parameters)
        rows = list(found.rows) if found is not None else []
        if found is None or not is_partly_rolled(rows) or is_worse_with(rows):
            return []
        return [found.fact(f"instances of {component} with {change.id} are no worse than those without", component,
                           harm_rows(rows))]  # fmt: skip

    def _explains_alert(self, component: str) -> bool:
        alerted = self._picture.alerted & self._picture.sufferers()
        return not alerted or bool(alerted & self._picture.explained(component))

    def _too_slight(self, component: str) -> list[Fact]:
        picture = self._picture
        worst = max(picture.above(component), key=picture.severity)
        says = f"{component} is far less ill than {worst}, which does not complain of it: "
        return [
            self._moved(component, picture.own(component)[:1], says),
            self._moved(worst, picture.harm(worst)[:2], f"{worst} is ill: "),
        ]

    def _unexplained(self, component: str) -> list[Fact]:
        picture = self._picture
        left = sorted(picture.sufferers() - picture.explained(component))
        return [self._moved(each, picture.harm(each)[:2], f"{component} does not explain {each}: ") for each in left][
            :ROWS_TOLD_MAX
        ]

    def _explains_less(self, hypothesis: dict[str, Any], best: dict[str, Any]) -> list[Fact]:
        component, better = hypothesis["component"], best["component"]
        if left := self._unexplained(component):
            return left
        moves = self._picture.own(better)[:2] or self._picture.busier(better)
        if moves:
            return [self._moved(better, moves, f"{better} explains what {component} does, and more: ")]
        return self.support(better)

    def _same_with_less(self, hypothesis: dict[str, Any], best: dict[str, Any]) -> list[Fact]:
        return self.support(best["component"])[:1]


def _tells_of_harm(move: Move) -> bool:
    return "error" in move.metric or "latency" in move.metric


def harm_rows(rows: list[list[Any]]) -> list[list[Any]]:
    """Return the rows of instances that tell of harm."""
    return [row for row in rows if "error" in row[1] or "latency" in row[1]] or rows[:2]


def is_partly_rolled(rows: list[list[Any]]) -> bool:
    """Whether there are instances with a change and instances without."""
    return {"with", "without"} <= {row[0] for row in rows}


def is_worse_with(rows: list[list[Any]]) -> bool:
    """Whether instances that have a change are worse than those that do not, in anything measured of them."""
    after = {(row[1], row[0]): row[4] for row in rows if row[4] is not None}
    return any(
        after[metric, "with"] >= WORSE_TIMES * max(after[metric, "without"], 1e-9)
        for metric, which in after
        if which == "with" and (metric, "without") in after
    )
