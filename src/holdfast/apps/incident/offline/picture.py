"""The case as it looks so far: who calls whom, who is ill, who is only busy or no longer reached, who complains."""

import math
from collections.abc import Iterable
from typing import Any

import msgspec

from holdfast.apps.incident.offline.heard import Fact, Heard, Row
from holdfast.apps.incident.offline.hours import earlier, minutes_between
from holdfast.apps.incident.offline.moves import Move, read_moves

QUIET_MINUTES = 75
"""So long before the first alert nothing is wrong yet."""
BUSIER_TIMES, STARVED_TIMES = 1.5, 0.6
SLIGHT = 0.4
"""Who is less than so much as ill as another has not made it ill."""
LATER_MINUTES = 4
"""What is ill no more than this later is ill at the same time."""
OFTENER_TIMES, DEVIATIONS_MIN = 2.0, 4.0


class Change(msgspec.Struct, frozen=True):
    """A change before the first alert."""

    id: str
    at: str
    kind: str
    service: str
    what: str
    detail: str


class Picture:
    """What the sections of a task tell; ``learn`` adds what queries have found."""

    def __init__(self, heard: Heard) -> None:
        brief, seen = heard.sections["brief"] or {}, heard.sections["seen"] or {}
        self.tiers: dict[str, str] = {each["name"]: each["tier"] for each in brief.get("services", [])}
        self.calls = [(each["caller"], each["callee"]) for each in brief.get("dependencies", [])]
        self.alert = str(brief["alerts"][0]["at"]) if brief.get("alerts") else str(brief["window"][0]["ends"])
        self.alerted = {str(each["service"]) for each in brief.get("alerts", [])}
        self.begins, self.ends = str(brief["window"][0]["begins"]), str(brief["window"][0]["ends"])
        self.moves: dict[str, list[Move]] = {}
        self.facts: dict[str, list[Fact]] = {}
        """What was seen of the metrics, by service."""
        for fact in _facts(seen, "metrics"):
            self.facts.setdefault(str(fact["about"]), []).append(fact)
            self.learn(read_moves(_rows(fact)))
        self.voices = [row for fact in _facts(seen, "logs") for row in _rows(fact) if len(row) == 7]
        self.complaints = [row for fact in _facts(seen, "logs") for row in _rows(fact) if len(row) == 6]
        self.changes = [Change(*row) for fact in _facts(seen, "changes") for row in _rows(fact) if len(row) == 6]

    def learn(self, moves: Iterable[Move]) -> None:
        """Take in moves; those of a series that is known replace it."""
        for move in moves:
            of = [each for each in self.moves.get(move.service, []) if each.metric != move.metric]
            self.moves[move.service] = [*of, move] if move.is_clear else of

    def callers(self, service: str) -> list[str]:
        return [caller for caller, callee in self.calls if callee == service]

    def callees(self, service: str) -> list[str]:
        return [callee for caller, callee in self.calls if caller == service]

    def above(self, service: str) -> set[str]:
        """Return who calls it, directly or through others."""
        return _reached(service, self.callers)

    def below(self, service: str) -> set[str]:
        return _reached(service, self.callees)

    def around(self, service: str) -> list[str]:
        """Return it, who calls it, and what it calls."""
        return list(dict.fromkeys((service, *self.callers(service), *self.callees(service))))

    def harm(self, service: str) -> list[Move]:
        """Return by what it is ill, the clearest first."""
        return _clearest(move for move in self.moves.get(service, []) if move.is_harm)

    def own(self, service: str) -> list[Move]:
        """Return what is wrong with it that is not only more work: harm, backlogs, resources, being reached no more."""
        found = [
            move for move in self.moves.get(service, []) if move.is_harm or move.is_backlog or move.is_of_resources
        ]
        return _clearest([*found, *self.starved(service)])

    def starved(self, service: str) -> list[Move]:
        return [move for move in self.moves.get(service, []) if move.is_load and move.times <= STARVED_TIMES]

    def busier(self, service: str) -> list[Move]:
        return [move for move in self.moves.get(service, []) if move.is_load and move.times >= BUSIER_TIMES]

    def since(self, service: str) -> str | None:
        """Return since when something is wrong with it."""
        return min((move.since for move in self.own(service)), default=None)

    def complaints_of(self, service: str) -> list[Row]:
        """Return what its callers write of it that they did not write before."""
        callers = self.callers(service)
        return [row for row in self.complaints if row[1] == service and row[0] in callers]

    def is_only_busy(self, service: str) -> bool:
        """Whether it is ill because it is asked more often, by somebody who is asked more often too or is in need."""
        if not self.busier(service) or self.is_used_up(service):
            return False
        return any(self.busier(each) or self._is_in_need(each, service) for each in self.callers(service))

    def _is_in_need(self, caller: str, of: str) -> bool:
        """Whether something else that a caller calls is out of order, so that it has to ask more of this one."""
        since = self.since(of) or self.alert
        others = (each for each in self.callees(caller) if each != of and self.is_used_up(each))
        return any(minutes_between(since, self.since(each) or since) <= LATER_MINUTES for each in others)

    def is_only_backed_up(self, service: str) -> bool:
        """Whether work piles up there, and that is all: then it is somebody else who does not take it."""
        own = self.own(service)
        return bool(own) and all(move.is_backlog for move in own)

    def sufferers(self) -> set[str]:
        return {service for service in self.moves if self.harm(service)}

    def explained(self, service: str) -> set[str]:
        """Return who would suffer if it were the cause."""
        beside = {callee for caller in self.callers(service) for callee in self.callees(caller)}
        busy = {each for each in self.below(service) | beside if self.is_only_busy(each)}
        return {service, *self.above(service), *busy}

    def severity(self, service: str) -> float:
        """How ill it is, from 0 to 1."""
        return max((move.severity for move in self.harm(service)), default=0.0)

    def share_explained(self, service: str) -> float:
        """Return how much of what is suffered would be explained, each by how ill it is."""
        suffering = {each: self.severity(each) for each in self.sufferers()}
        if self.own(service):
            suffering.setdefault(service, SLIGHT)
        explained = sum(suffering[each] for each in suffering if each in self.explained(service))
        return explained / sum(suffering.values()) if suffering else 0.0

    def is_too_slight(self, service: str) -> bool:
        """Whether those who would be its victims are far more ill than it is, without complaining of it."""
        if self.starved(service) or self.is_used_up(service) or self.complaints_of(service):
            return False
        victims = max((self.severity(each) for each in self.above(service)), default=0.0)
        return self.severity(service) < SLIGHT * victims and not self.busier(service)

    def is_only_quiet(self, service: str) -> bool:
        """Whether it is asked less, and that is all, without anybody complaining: then its callers are ill."""
        own = self.own(service)
        return bool(own) and all(move in self.starved(service) for move in own) and not self.complaints_of(service)

    def deeper(self, service: str) -> list[str]:
        """Return what it calls that is ill itself, no later: whose victim it is."""
        return [callee for callee in self.callees(service) if self._is_cause_for(service, callee)]

    def _is_cause_for(self, service: str, callee: str) -> bool:
        since, mine = self.since(callee), self.since(service)
        if self.is_only_busy(callee) or self.is_only_backed_up(callee):
            return False
        if any(row[0] == service for row in self.complaints_of(callee)):
            return True
        if since is None or self.is_only_quiet(callee) or not (self.harm(callee) or self.is_used_up(callee)):
            return False
        if not self.harm(service):
            return False  # whom an ill callee makes ill fails or is slow
        if mine is not None and minutes_between(mine, since) > LATER_MINUTES:
            return False
        return self.is_used_up(callee) or self.severity(callee) >= SLIGHT * self.severity(service)

    def is_used_up(self, service: str) -> bool:
        """Whether something of its own is used up, waited for or out of order."""
        return any(move.is_of_resources for move in self.own(service))

    def change_near(self, service: str, minutes: int, at: str | None = None) -> Change | None:
        """Return the latest change of it in so many minutes before it was ill."""
        since = at or self.since(service) or self.alert
        near = (
            each
            for each in self.changes
            if each.service == service and -2 <= minutes_between(each.at, since) <= minutes
        )
        return max(near, key=lambda each: each.at, default=None)


def quiet_until(picture: Picture) -> str:
    """Return until when nothing was wrong yet."""
    return earlier(picture.alert, QUIET_MINUTES)


def is_new(before: float, since: float, picture: Picture) -> bool:
    """Whether something is written far more often since than chance would have it, by how often it was before."""
    quiet = max(1.0, minutes_between(picture.begins, quiet_until(picture)))
    expected = (before + 1) / quiet * max(1.0, minutes_between(quiet_until(picture), picture.ends))
    return since >= OFTENER_TIMES * expected and since >= expected + DEVIATIONS_MIN * math.sqrt(expected)


def _reached(start: str, step: Any) -> set[str]:
    found, left = set[str](), [start]
    while left:
        new = [each for each in step(left.pop()) if each not in found and each != start]
        found.update(new)
        left += new
    return found


def _clearest(moves: Iterable[Move]) -> list[Move]:
    return sorted(moves, key=lambda move: -move.score)


def _facts(seen: dict[str, Any], source: str) -> list[Fact]:
    told: list[Fact] = (seen.get(source) or {}).get("facts", [])
    return told


def _rows(fact: Fact) -> list[Row]:
    cites: Any = fact["cites"]
    rows: list[Row] = cites["rows"]
    return rows
