"""What misleads in metrics and logs: a loud victim, traffic that swells by chance, troubles of others."""

from collections.abc import Iterator
from random import Random

from holdfast.apps.outages.fault import Fault
from holdfast.apps.outages.kinds import Spread, Tier
from holdfast.apps.outages.lines import Line, said
from holdfast.apps.outages.series import Weather, bend
from holdfast.apps.outages.topology import Service, Topology

LOUD_CHANCE = 0.75
LOUD_A_MINUTE = (8.0, 16.0)
SWELL_CHANCE = 0.5
BUSY_CHANCE = 0.5
ANOTHER_CHANCE = 0.4


def loud_victim(fault: Fault, minutes: int, rng: Random) -> Iterator[Line]:
    """Let the victim that is furthest from the cause write the most errors, without a word of why."""
    if not fault.victims or fault.kind.spreads is Spread.LOAD or rng.random() >= LOUD_CHANCE:
        return
    victim = max(fault.victims, key=lambda each: each.distance)
    text = "request {id} answered with status 502"
    yield from said(rng, victim.service, text, "ERROR", rng.uniform(*LOUD_A_MINUTE), victim.begins, minutes)


def swell(fault: Fault, topology: Topology, weather: Weather, rng: Random) -> str | None:
    """Let more requests come in for a while, which everybody bears; return where, or None."""
    if fault.kind.spreads is Spread.LOAD or rng.random() >= SWELL_CHANCE:
        return None
    edge = rng.choice(topology.of(Tier.EDGE))
    begins = fault.onset + rng.randint(-12, 4)
    ends, times = begins + rng.randint(10, 20), rng.uniform(1.25, 1.5)
    for name in (edge.name, *topology.callees(edge.name)):
        bend(weather.metrics[name, "request_rate"], begins, times=times, ends=ends)
        if (name, "cpu_percent") in weather.metrics:
            bend(weather.metrics[name, "cpu_percent"], begins, times=1 + (times - 1) / 2, ends=ends)
    return edge.name


def busy_bystander(fault: Fault, topology: Topology, weather: Weather, rng: Random) -> str | None:
    """Let a service that has no part in it work hard on something of its own; return which, or None."""
    taken = {fault.service.name, *(victim.service.name for victim in fault.victims)}
    idle: list[Service] = [
        each for each in topology.of(Tier.WORKER, Tier.SERVICE, Tier.DATABASE) if each.name not in taken
    ]
    if not idle or rng.random() >= BUSY_CHANCE:
        return None
    service = rng.choice(idle)
    begins = fault.onset + rng.randint(-15, 5)
    bend(weather.metrics[service.name, "cpu_percent"], begins, times=rng.uniform(1.5, 1.9))
    return service.name


def another_trouble(fault: Fault, topology: Topology, weather: Weather, rng: Random) -> tuple[str, list[Line]] | None:
    """Let a service that has no part in it, nor calls who has, have a small trouble of its own; or nothing."""
    taken = {fault.service.name, *(victim.service.name for victim in fault.victims)}
    others = [each for each in topology.of(Tier.SERVICE, Tier.WORKER) if each.name not in taken]
    if not others or rng.random() >= ANOTHER_CHANCE:
        return None
    service, begins = rng.choice(others), fault.onset + rng.randint(-10, 15)
    bend(weather.metrics[service.name, "error_rate"], begins, add=rng.uniform(0.01, 0.03))
    text = "import of feed {count} skipped {count} rows"
    return service.name, list(said(rng, service, text, "ERROR", rng.uniform(0.3, 1.0), begins, weather.minutes))
