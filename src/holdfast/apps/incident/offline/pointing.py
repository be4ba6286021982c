"""Points at what was found: claims about services, each with the query and the rows that show it."""

from holdfast.apps.incident.offline.heard import Fact, Found, Heard
from holdfast.apps.incident.offline.moves import Move, read_moves
from holdfast.apps.incident.offline.picture import Picture, quiet_until
from holdfast.apps.incident.offline.statements import COMPLAINTS, moves_among

ROWS_TOLD_MAX, NEIGHBOURS_TOLD_MAX = 6, 3


def moves_around(picture: Picture, component: str) -> tuple[str, tuple[object, ...]]:
    """Return the query for the moves of a component and its neighbours."""
    around = picture.around(component)
    return moves_among(len(around)), tuple(around)


class Pointer:
    """Makes facts of what the queries of a conversation have found; the picture learns from them first."""

    def __init__(self, heard: Heard, picture: Picture) -> None:
        self._heard, self._picture = heard, picture
        for found in heard.found:
            picture.learn(read_moves(found.rows))

    def moved(self, service: str, moves: list[Move], says: str) -> Fact:
        """Return that these metrics of a service moved; what was seen of it before, if no query here found them."""
        for found in self._heard.found:
            if all(move.row in found.rows for move in moves):
                since = min(move.since for move in moves)
                told = says + "; ".join(move.told for move in moves)
                return found.fact(told, service, [move.row for move in moves], since)
        return self._picture.facts[service][0]

    def is_well(self, service: str, component: str) -> Fact:
        """Return that nothing is wrong with a service, as the query around ``component`` has found."""
        statement, parameters = moves_around(self._picture, component)
        found = self._heard.of(statement, *parameters)
        assert found is not None, "it was asked for before anything was said"
        flat = [move for move in read_moves(found.rows) if move.service == service and not move.is_clear]
        told = sorted(flat, key=lambda move: (not _tells_of_harm(move), move.metric))[:2]
        says = ", ".join(f"{move.metric} {move.before:g} before and {move.after:g} after" for move in told)
        return found.fact(f"nothing is wrong with {service}: {says}", service, [move.row for move in told])

    def complaints(self, of: str, by: str | None = None) -> list[Fact]:
        """Return what callers write of a service: all of them, or one."""
        found: Found | None = self._heard.of(COMPLAINTS, quiet_until(self._picture))
        return [
            found.fact(f"{row[0]} complains of {of}: {row[5]}", row[0], [row], row[4])
            for row in self._picture.complaints_of(of)
            if found is not None and row in found.rows and by in (None, row[0])
        ]

    def support(self, component: str) -> list[Fact]:
        """Return what speaks for a component: what moved there, who complains of it, and that what it calls is well."""
        picture, told = self._picture, list[Fact]()
        if moved := picture.own(component) or picture.busier(component):
            told.append(self.moved(component, moved[:ROWS_TOLD_MAX], f"at {component} "))
        ill = [each for each in picture.callers(component) if picture.harm(each)]
        well = [each for each in picture.callees(component) if not picture.own(each)]
        told += self.complaints(component)[:NEIGHBOURS_TOLD_MAX]
        told += [
            self.moved(each, picture.harm(each)[:2], f"{each} calls {component} and suffers: ")
            for each in ill[:NEIGHBOURS_TOLD_MAX]
        ]
        return told + [self.is_well(each, component) for each in well[:NEIGHBOURS_TOLD_MAX]]


def _tells_of_harm(move: Move) -> bool:
    return "error" in move.metric or "latency" in move.metric
