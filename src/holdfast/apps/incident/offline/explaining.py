"""Explains the cause that stands: what kind it is, since when, which change brought it, and what shows all that."""

from datetime import datetime, timedelta

from holdfast.apps.incident.offline.heard import Fact, Heard, Row, ask, say
from holdfast.apps.incident.offline.hours import earlier, minutes_between
from holdfast.apps.incident.offline.kinds import kind_of
from holdfast.apps.incident.offline.moves import Move
from holdfast.apps.incident.offline.onset import onset_of
from holdfast.apps.incident.offline.picture import Change, Picture, is_new, quiet_until
from holdfast.apps.incident.offline.pointing import Pointer, moves_around
from holdfast.apps.incident.offline.rollouts import harm_rows, is_guilty, is_partly_rolled, rolled
from holdfast.apps.incident.offline.statements import CHANGES, COMPLAINTS, SERIES, VOICES
from holdfast.integration.gateway.offline import Answer

SERIES_MINUTES = 120
BROUGHT_MINUTES = 10
EVIDENCE_MAX = 12
SHARE_HEARD_MIN = 0.08
_REMEDIES = {
    "bad_deploy": "roll {what} back",
    "config_change": "set {what} back",
    "feature_flag": "switch {what} off",
    "memory_leak": "restart the instances of {component} one by one, then find what keeps the memory",
    "pool_exhaustion": "find who holds the connections of {component}; restart it, then raise the limit",
    "dependency": "switch {component} off or over, with short timeouts until it is back",
    "certificate": "renew the certificate of {component}",
    "disk_full": "free or add space at {component}",
    "dns": "restore the record of {component}",
    "traffic_surge": "limit or spread what comes in at {component}, and add instances",
    "lock_contention": "end what holds the locks at {component}; run the migration in small steps",
    "cache": "protect what lies behind {component} while it fills again",
    "clock_skew": "set the clocks of the instances of {component}",
    "queue_backlog": "add instances of {component} until the backlog is gone",
}
_ELSE = "isolate {component} and look at what moved there"


def explain(heard: Heard) -> Answer:
    """Query what is still needed, then give the explanation."""
    picture, cause = Picture(heard), heard.sections["cause"]
    component = cause["component"]
    quiet, from_ = quiet_until(picture), earlier(picture.alert, SERIES_MINUTES)
    own_changes = [each for each in picture.changes if each.service == component]
    queries = [
        moves_around(picture, component), (VOICES, (quiet,)), (COMPLAINTS, (quiet,)), (SERIES, (component, from_)),
        (CHANGES, (picture.alert,)), *(rolled(picture, each) for each in own_changes[:3]),
    ]  # fmt: skip
    missing = [query for query in queries if heard.of(query[0], *query[1]) is None]
    if missing:
        return ask(*missing)
    return say(_Account(heard, picture, component).told())


class _Account:
    """What is known of the component."""

    def __init__(self, heard: Heard, picture: Picture, component: str) -> None:
        self._heard, self._picture, self._component = heard, picture, component
        self._point = Pointer(heard, picture)
        voices = heard.of(VOICES, quiet_until(picture))
        self._voices = voices
        self._said: list[Row] = [
            row for row in (voices.rows if voices else ()) if row[0] == component and is_new(row[3], row[4], picture)
        ]

    def told(self) -> dict[str, object]:
        """Return the explanation."""
        picture, component = self._picture, self._component
        is_demand = bool(picture.busier(component)) and not picture.callers(component)
        onset = self._onset(is_demand=is_demand)
        change = self._change(onset)
        behind = [move for each in picture.callees(component) for move in picture.own(each) if move.is_backlog]
        own = picture.own(component)
        kind, _ = kind_of(
            [*own, *(behind if picture.starved(component) else [])],
            self._written(),
            change.kind if change else None,
            picture.tiers.get(component, ""),
            is_demand=is_demand,
        )
        return {
            "component": component,
            "kind": kind,
            "cause": self._in_words(kind, change, onset),
            "onset": onset,
            "change": change.id if change else None,
            "evidence": [*self._of_change(change), *self._of_voices(), *self._point.support(component)][:EVIDENCE_MAX],
            "remedy": _REMEDIES.get(kind, _ELSE).format(component=component, what=change.what if change else component),
        }

    def _written(self) -> list[str]:
        """Return what it writes itself, and what those who call it write of it; not what is hardly ever written."""
        counted = [(row[4], row[6]) for row in self._said]
        counted += [(row[3], row[5]) for row in self._picture.complaints_of(self._component)]
        most = max((count for count, _ in counted), default=0)
        return [text for count, text in counted if count >= SHARE_HEARD_MIN * most]

    def _onset(self, *, is_demand: bool) -> str:
        """Return when it began: where the first of its metrics that tell of it left its course."""
        picture, component = self._picture, self._component
        moves = [*picture.own(component), *(picture.busier(component) if is_demand else [])]
        found = self._heard.of(SERIES, component, earlier(picture.alert, SERIES_MINUTES))
        series = {row[0]: row for row in (found.rows if found else ())}
        begun = [_begun(series[move.metric]) for move in moves if move.metric in series]
        if begun:
            return min(begun)
        complaints = picture.complaints_of(component)
        return min((row[4][:16] for row in complaints), default=picture.since(component) or picture.alert)

    def _change(self, onset: str) -> Change | None:
        """Return the change that brought it: shortly before, and on the instances that are ill if it is on some."""
        near = [
            each
            for each in self._picture.changes
            if each.service == self._component and -2 <= minutes_between(each.at, onset) <= BROUGHT_MINUTES
        ]
        guilty = [each for each in near if is_guilty(self._heard, self._picture, each)]
        return max(guilty, key=lambda each: each.at, default=None)

    def _of_change(self, change: Change | None) -> list[Fact]:
        if change is None:
            return []
        told = list[Fact]()
        found = self._heard.of(CHANGES, self._picture.alert)
        rows = [row for row in (found.rows if found else ()) if row[0] == change.id]
        if found and rows:
            says = f"{change.kind} of {change.what}: {change.detail}"
            told.append(found.fact(says, self._component, rows, change.at))
        statement, parameters = rolled(self._picture, change)
        compared = self._heard.of(statement, *parameters)
        if compared and is_partly_rolled(list(compared.rows)):
            says = f"instances of {self._component} with {change.id} are worse than those without"
            told.append(compared.fact(says, self._component, harm_rows(list(compared.rows))))
        return told

    def _of_voices(self) -> list[Fact]:
        assert self._voices is not None, "it was asked for"
        return [
            self._voices.fact(f"{row[0]} writes: {row[6]}", row[0], [row], row[5])
            for row in sorted(self._said, key=lambda row: -row[4])[:3]
        ]

    def _in_words(self, kind: str, change: Change | None, onset: str) -> str:
        picture, component = self._picture, self._component
        what = kind.replace("_", " ") if kind != "other" else "a fault of a kind of its own"
        told = [f"{what} at {component} since {onset}"]
        if change:
            told.append(f"brought by {change.kind} {change.what} ({change.detail})")
        moves: list[Move] = picture.own(component)[:3]
        told += [move.told for move in moves]
        written = sorted(self._written(), key=len)
        return "; ".join([*told, *(f'written: "{text}"' for text in written[:2])])[:1_000]


def _begun(row: Row) -> str:
    """Return when the series in a row of ``SERIES`` left its course."""
    shown, cut, _ = str(row[2]).partition("…")
    values = [float(value) for value in (shown.rpartition(",")[0] if cut else shown).split(",")]
    begins = datetime.fromisoformat(row[1])
    return (begins + timedelta(minutes=onset_of(values))).isoformat(sep=" ", timespec="minutes")
