"""A case: everything that can be looked at, and apart from it what was the cause. The same seed makes the same case."""

from dataclasses import dataclass
from random import Random

from holdfast.apps.outages import herrings
from holdfast.apps.outages.changes import Change, History, draw_history
from holdfast.apps.outages.fault import Fault, bend_metrics, complaints, strike
from holdfast.apps.outages.kinds import Kind, Spread, Tier, shipped
from holdfast.apps.outages.lines import Line, every_day
from holdfast.apps.outages.series import Weather, fair
from holdfast.apps.outages.topology import Topology, draw

LAG_ALERT_MINUTES = (15, 25)


@dataclass(frozen=True, slots=True)
class Alert:
    """What called a person."""

    minute: int
    service: str
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """What can be looked at: the services, what was measured, written, changed, and the alerts."""

    seed: int
    topology: Topology
    weather: Weather
    lines: tuple[Line, ...]
    history: History
    alerts: tuple[Alert, ...]
    fault: Fault
    misleading: dict[str, str]
    """What was put there to mislead: what it is, and with which service."""

    @property
    def changes(self) -> tuple[Change, ...]:
        return self.history.changes


def make(seed: int, kind: Kind | None = None) -> Case:
    """Return the case of a seed; without a kind the seed chooses that as well."""
    rng = Random(seed)
    chosen = rng.choice(list(shipped().values()))
    kind = kind or chosen
    topology = _with_room_for(kind, rng)
    fault = strike(kind, topology, rng)
    alert = _alert(fault, rng)
    minutes = alert.minute + rng.randint(25, 45)
    weather = fair(topology, minutes, rng)
    bend_metrics(fault, topology, weather, rng)
    another = herrings.another_trouble(fault, topology, weather, rng)
    misleading = {
        "another": another[0] if another else None,
        "swell": herrings.swell(fault, topology, weather, rng),
        "busy": herrings.busy_bystander(fault, topology, weather, rng),
    }
    history = draw_history(fault, topology, alert.minute, rng)
    misleading["deploy"] = history.herring.service if history.herring else None
    lines = [
        *every_day(rng, topology.services, minutes),
        *complaints(fault, minutes, rng),
        *herrings.loud_victim(fault, minutes, rng),
        *(another[1] if another else ()),
    ]
    lines = [line for line in lines if topology.named(line.service).tier is not Tier.EXTERNAL]
    return Case(
        seed,
        topology,
        weather,
        tuple(sorted(lines, key=lambda line: (line.second, line.service, line.message))),
        history,
        (alert,),
        fault,
        {what: service for what, service in misleading.items() if service},
    )


TOPOLOGIES_MAX = 50


def _with_room_for(kind: Kind, rng: Random) -> Topology:
    """Return a topology in which the kind can befall somebody whom others call."""
    for _ in range(TOPOLOGIES_MAX):
        topology = draw(rng)
        found = topology.of(*kind.befalls)
        if any(topology.callers(each.name) or each.tier in (Tier.EDGE, Tier.WORKER) for each in found):
            return topology
    raise AssertionError(f"none of {TOPOLOGIES_MAX} topologies has anybody whom {kind.name} could befall")


def _alert(fault: Fault, rng: Random) -> Alert:
    """Return the alert: of the victim nearest to the users, else of the service itself."""
    if fault.kind.spreads is Spread.NOTHING:
        minute = fault.onset + rng.randint(*LAG_ALERT_MINUTES)
        return Alert(minute, fault.service.name, f"{fault.service.name}: work is done later than promised")
    if fault.victims and fault.kind.spreads is not Spread.LOAD:
        victim = max(fault.victims, key=lambda each: (each.service.tier is Tier.EDGE, each.distance))
        name, begins = victim.service.name, victim.begins
    else:
        name, begins = fault.service.name, fault.onset + round(fault.kind.spreads_after[1])
    return Alert(begins + rng.randint(3, 8), name, f"{name}: errors or answer times above what is promised")
