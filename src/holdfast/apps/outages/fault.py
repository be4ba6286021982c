"""A fault as it strikes: which service, since when, whom it drags along; and what it does to metrics and logs."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from holdfast.apps.outages.kinds import Effect, Kind, Part, Spread, Tier, Where
from holdfast.apps.outages.lines import Line, between, said
from holdfast.apps.outages.series import Metric, Weather, bend
from holdfast.apps.outages.topology import Service, Topology

ONSET_MIN, ONSET_MAX = 130, 190
WEAKER_A_CALL = 0.75
UNHURT_CHANCE = 0.15
"""How often a caller does without what it calls."""
STARVED = (0.03, 0.2)
RETRIES_CHANCE, RETRIES = 0.35, (1.2, 1.9)
"""How often those that call a sick service ask again, and how much more it is asked then."""
EARLY_CHANCE, EARLY = 0.4, (0.35, 0.8)
"""How often requests fail so early that what lies behind is asked less."""
WORDLESS_CHANCE = 0.25
"""How often a victim does not write of whom it is the victim."""


@dataclass(frozen=True, slots=True)
class Victim:
    """A service that is dragged along: since when, through which call, how far from the cause."""

    service: Service
    begins: int
    through: str
    distance: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and with whom."""

    kind: Kind
    service: Service
    onset: int
    ill: tuple[str, ...]
    """The instances that are; those of the trigger, if it was rolled out to a part."""
    victims: tuple[Victim, ...]


def strike(kind: Kind, topology: Topology, rng: Random) -> Fault:
    """Choose whom it befalls, when, and who suffers."""
    service = rng.choice(_candidates(kind, topology))
    onset = rng.randint(ONSET_MIN, ONSET_MAX)
    is_part = any(each.instances is Part.PART for each in kind.effects) or (
        kind.trigger is not None and kind.trigger.rolled is Part.PART
    )
    some = rng.sample(service.instances, max(1, (len(service.instances) + 1) // 2))
    ill = tuple(sorted(some)) if is_part and len(service.instances) > 1 else service.instances
    return Fault(kind, service, onset, ill, tuple(_victims(kind, service, onset, topology, rng)))


def _candidates(kind: Kind, topology: Topology) -> list[Service]:
    """Return whom it can befall: of services those that somebody calls."""
    found = topology.of(*kind.befalls)
    return [each for each in found if topology.callers(each.name) or each.tier in (Tier.EDGE, Tier.WORKER)]


def _victims(kind: Kind, service: Service, onset: int, topology: Topology, rng: Random) -> Iterator[Victim]:
    if kind.spreads is Spread.NOTHING:
        return
    if kind.spreads is Spread.LOAD:
        for callee in topology.below(service.name):
            yield Victim(topology.named(callee), onset + rng.randint(0, 1), service.name, 1)
        return
    begins = {service.name: onset + round(between(rng, kind.spreads_after))}
    for caller, distance in topology.above(service.name):
        through = [callee for callee in topology.callees(caller) if callee in begins]
        is_unhurt = distance > 1 and rng.random() < UNHURT_CHANCE
        if through and not is_unhurt:
            begins[caller] = min(begins[callee] for callee in through) + rng.randint(0, 2)
            yield Victim(topology.named(caller), begins[caller], min(through, key=begins.__getitem__), distance)


def bend_metrics(fault: Fault, topology: Topology, weather: Weather, rng: Random) -> None:
    """Do to the metrics what the fault does."""
    weather.ill[fault.service.name] = fault.ill
    for effect in fault.kind.effects:
        for name in _where(effect, fault, topology):
            _take(effect, name, fault, weather, rng)
    if fault.kind.starves:
        bend(weather.metrics[fault.service.name, "request_rate"], fault.onset, times=between(rng, STARVED))
    _echo(fault, topology, weather, rng)
    narrow = rng.choice([victim.service.name for victim in fault.victims]) if fault.victims else ""
    for victim in fault.victims:
        _suffer(victim, fault.kind.spreads, weather, rng, is_narrow=victim.service.name == narrow)


def _echo(fault: Fault, topology: Topology, weather: Weather, rng: Random) -> None:
    """Let callers ask again, or what lies behind be asked less: neither is a fault of whom it befalls."""
    if fault.kind.spreads not in (Spread.ERRORS, Spread.SLOWNESS) or fault.kind.starves:
        return
    begins = max([fault.onset, *(victim.begins for victim in fault.victims if victim.distance == 1)])
    name = fault.service.name
    if rng.random() < RETRIES_CHANCE and topology.callers(name):
        bend(weather.metrics[name, "request_rate"], begins, times=between(rng, RETRIES))
    elif rng.random() < EARLY_CHANCE:
        for callee in topology.callees(name):
            bend(weather.metrics[callee, "request_rate"], begins, times=between(rng, EARLY))


def _where(effect: Effect, fault: Fault, topology: Topology) -> list[str]:
    name = fault.service.name
    match effect.on:
        case Where.IT:
            return [name]
        case Where.QUEUE:
            return [each for each in topology.callees(name) if topology.named(each).tier is Tier.QUEUE]
        case Where.SIBLINGS:
            called = (callee for caller in topology.callers(name) for callee in topology.callees(caller))
            return [each for each in dict.fromkeys(called) if topology.named(each).tier is Tier.DATABASE]


def _take(effect: Effect, name: str, fault: Fault, weather: Weather, rng: Random) -> None:
    if effect.normal is not None:
        weather.add_normal(name, effect.metric, *effect.normal, rng)
    metric = weather.metrics.get((name, effect.metric))
    if metric is None:
        return
    begins = fault.onset + round(between(rng, effect.minutes_after))
    add = between(rng, effect.add) if effect.add else 0.0
    if effect.to is not None:
        add = between(rng, effect.to) - metric.values[begins]
    bend(
        metric,
        begins,
        times=between(rng, effect.times) if effect.times else 1.0,
        add=add,
        shape=effect.shape,
        length=max(1, round(between(rng, effect.minutes_long))),
        is_of_the_ill=name == fault.service.name,
    )


def _suffer(victim: Victim, spread: Spread, weather: Weather, rng: Random, *, is_narrow: bool) -> None:
    """Let a victim suffer; of a load the narrow one is slow as well, the others bear it."""
    metrics, begins = weather.metrics, victim.begins
    left: float = WEAKER_A_CALL ** (victim.distance - 1)

    def of(metric: str) -> Metric:
        return metrics.get((victim.service.name, metric)) or Metric([], [])

    match spread:
        case Spread.ERRORS:
            bend(of("error_rate"), begins, add=rng.uniform(0.10, 0.30) * left)
            bend(of("latency_ms"), begins, times=1 + rng.uniform(0.1, 0.5) * left)
        case Spread.SLOWNESS:
            bend(of("latency_ms"), begins, times=1 + rng.uniform(1.5, 4.0) * left)
            bend(of("error_rate"), begins, add=rng.uniform(0.03, 0.10) * left)
            bend(of("connections"), begins, times=1 + rng.uniform(0.3, 0.9) * left)
        case Spread.LOAD:
            bend(of("request_rate"), begins, times=rng.uniform(2.0, 3.0))
            bend(of("cpu_percent"), begins, times=rng.uniform(1.4, 1.8))
            if is_narrow:
                bend(of("latency_ms"), begins, times=rng.uniform(2.0, 4.0))
                bend(of("error_rate"), begins, add=rng.uniform(0.03, 0.08))
        case Spread.NOTHING:
            pass


_COMPLAINTS = {
    Spread.ERRORS: ("call to {service} failed (request {id})", "{service} answered with status 500, giving up"),
    Spread.SLOWNESS: ("timed out waiting for {service} after {ms} ms", "call to {service} took {ms} ms (request {id})"),
}
COMPLAINTS_A_MINUTE = (1.0, 3.0)


def complaints(fault: Fault, minutes: int, rng: Random) -> Iterator[Line]:
    """Yield what the fault itself, and those that call it, write into their logs."""
    direct = [victim for victim in fault.victims if victim.distance == 1]
    for says in fault.kind.says:
        after, rate = round(between(rng, says.minutes_after)), between(rng, says.a_minute)
        begins = fault.onset + after
        if says.who == "it":
            if fault.service.tier is not Tier.EXTERNAL:  # whose logs nobody has
                yield from said(rng, fault.service, says.text, says.level, rate, begins, minutes, fault.ill)
            continue
        for victim in direct:
            yield from said(rng, victim.service, says.text, says.level, rate, begins, minutes, about=fault.service.name)
    texts = _COMPLAINTS.get(fault.kind.spreads, ())
    for victim in fault.victims if texts else ():
        rate = between(rng, COMPLAINTS_A_MINUTE)
        text = rng.choice(texts)
        if rng.random() < WORDLESS_CHANCE:
            text = "request {id} failed: upstream error"
        yield from said(rng, victim.service, text, "ERROR", rate, victim.begins, minutes, about=victim.through)
