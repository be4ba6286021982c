"""Looks at one source: what was changed, what is written anew, which metrics left their course."""

from holdfast.apps.incident.offline.heard import Fact, Found, Heard, ask, say
from holdfast.apps.incident.offline.moves import Move, read_moves
from holdfast.apps.incident.offline.picture import Picture, is_new, quiet_until
from holdfast.apps.incident.offline.statements import CHANGES, COMPLAINTS, MOVES, VOICES
from holdfast.integration.gateway.offline import Answer

FACTS_MAX = 36
MOVES_TOLD_MAX = 8


def look_at_changes(heard: Heard) -> Answer:
    """Tell what was changed before the first alert, the latest first."""
    alert = Picture(heard).alert
    found = heard.of(CHANGES, alert)
    if found is None:
        return ask((CHANGES, (alert,)))
    return _tell([found.fact(f"{row[2]} of {row[4]}: {row[5]}", row[3], [row], row[1]) for row in found.rows])


def look_at_logs(heard: Heard) -> Answer:
    """Tell what is written now and was not before, and of whom somebody complains."""
    picture = Picture(heard)
    quiet = quiet_until(picture)
    voices, complaints = heard.of(VOICES, quiet), heard.of(COMPLAINTS, quiet)
    if voices is None or complaints is None:
        return ask((VOICES, (quiet,)), (COMPLAINTS, (quiet,)))
    told = [
        complaints.fact(f"{row[0]} complains of {row[1]} {row[3]} times, such as: {row[5]}", row[0], [row], row[4])
        for row in complaints.rows
        if is_new(row[2], row[3], picture)
    ][: FACTS_MAX // 2]
    told += [
        voices.fact(f"{row[0]} writes {row[4]} times, such as: {row[6]}", row[0], [row], row[5])
        for row in voices.rows
        if is_new(row[3], row[4], picture)
    ]
    return _tell(told)


def look_at_metrics(heard: Heard) -> Answer:
    """Tell of each service which metrics left their course, those most clearly first."""
    found = heard.of(MOVES)
    if found is None:
        return ask((MOVES, ()))
    by_service: dict[str, list[Move]] = {}
    for move in read_moves(found.rows):
        if move.is_clear:
            by_service.setdefault(move.service, []).append(move)
    return _tell([_of_service(found, service, moves) for service, moves in by_service.items()])


def _of_service(found: Found, service: str, moves: list[Move]) -> Fact:
    clearest = sorted(moves, key=lambda move: -move.score)[:MOVES_TOLD_MAX]
    since = min(move.since for move in clearest)
    return found.fact("; ".join(move.told for move in clearest), service, [move.row for move in clearest], since)


def _tell(facts: list[Fact]) -> Answer:
    return say({"facts": facts[:FACTS_MAX]})
