"""How metrics go when nothing is wrong, and how they are bent: per service, per minute."""

import math
from dataclasses import dataclass, field
from random import Random

from holdfast.apps.outages.kinds import Shape, Tier
from holdfast.apps.outages.topology import Service, Topology

Values = list[float]
SHOWN_PER_INSTANCE = ("error_rate", "latency_ms", "cpu_percent", "memory_mb")
SHARES = frozenset({"error_rate"})
PERCENTS = frozenset({"cpu_percent", "hit_percent", "disk_percent"})

_EVERYWHERE = {"request_rate": (40, 400), "error_rate": (0.002, 0.008), "latency_ms": (8, 90)}
_COMPUTES = {"cpu_percent": (20, 45), "memory_mb": (400, 1500), "clock_offset_ms": (0.5, 2.5)}
_NORMAL: dict[Tier, dict[str, tuple[float, float]]] = {
    Tier.EDGE: {**_EVERYWHERE, **_COMPUTES},
    Tier.SERVICE: {**_EVERYWHERE, **_COMPUTES, "connections": (8, 12)},
    Tier.WORKER: {**_EVERYWHERE, **_COMPUTES},
    Tier.DATABASE: {
        **_EVERYWHERE, **_COMPUTES, "connections": (30, 80), "disk_percent": (40, 78), "lock_waits": (1, 4)
    },
    Tier.CACHE: {**_EVERYWHERE, **_COMPUTES, "hit_percent": (85, 97), "evictions": (2, 10)},
    Tier.QUEUE: {
        **_EVERYWHERE, "queue_depth": (50, 200), "consumer_lag_seconds": (2, 8), "disk_percent": (30, 70)
    },
    Tier.EXTERNAL: _EVERYWHERE,
}  # fmt: skip
_FOLLOWS_TRAFFIC = {"request_rate": 1.0, "cpu_percent": 0.5, "connections": 0.3, "queue_depth": 0.4, "evictions": 0.4}
_NOISE = {"memory_mb": 0.012, "disk_percent": 0.002, "hit_percent": 0.01, "error_rate": 0.25, "clock_offset_ms": 0.3}
_NOISE_ELSE = 0.07


@dataclass(slots=True)
class Metric:
    """One metric of one service: its course, and how much of it is the ill instances' alone."""

    values: Values
    ill: Values
    ceiling: float = math.inf


@dataclass(slots=True)
class Weather:
    """All metrics, by service and name, and which instances are ill."""

    minutes: int
    metrics: dict[tuple[str, str], Metric]
    ill: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add_normal(self, service: str, metric: str, mean: float, noise: float, rng: Random) -> None:
        values = [max(0.0, rng.gauss(mean, noise)) for _ in range(self.minutes)]
        self.metrics[service, metric] = Metric(values, [0.0] * self.minutes)


def fair(topology: Topology, minutes: int, rng: Random) -> Weather:
    """Return the metrics of hours in which nothing happens."""
    phase, swell = rng.uniform(0, 2 * math.pi), rng.uniform(0.03, 0.08)
    wave = [1 + swell * math.sin(phase + 2 * math.pi * minute / 720) for minute in range(minutes)]
    weather = Weather(minutes, {})
    for service in topology.services:
        for metric, (low, high) in _NORMAL[service.tier].items():
            weather.metrics[service.name, metric] = _course(metric, rng.uniform(low, high), wave, rng)
    return weather


def _course(metric: str, level: float, wave: Values, rng: Random) -> Metric:
    noise, share = _NOISE.get(metric, _NOISE_ELSE), _FOLLOWS_TRAFFIC.get(metric, 0.0)
    values = [max(0.0, level * (1 + share * (w - 1)) * rng.gauss(1, noise)) for w in wave]
    ceiling = 1.0 if metric in SHARES else 100.0 if metric in PERCENTS else math.inf
    return Metric([min(value, ceiling) for value in values], [0.0] * len(values), ceiling)


def bend(
    metric: Metric,
    begins: int,
    *,
    times: float = 1.0,
    add: float = 0.0,
    shape: Shape = Shape.STEP,
    length: int = 1,
    ends: int | None = None,
    is_of_the_ill: bool = False,
) -> None:
    """Multiply and add from a minute on, at once or by and by."""
    for minute in range(max(begins, 0), min(ends or len(metric.values), len(metric.values))):
        grown = 1.0 if shape is Shape.STEP else min(1.0, (minute - begins + 1) / length)
        was = metric.values[minute]
        now = min(metric.ceiling, max(0.0, was * (1 + (times - 1) * grown) + add * grown))
        metric.values[minute] = now
        if is_of_the_ill:
            metric.ill[minute] += now - was


def of_instances(service: Service, metric: Metric, ill: tuple[str, ...], rng: Random) -> dict[str, Values]:
    """Return the courses of the instances: what is of the ill ones alone is theirs, all else is everybody's."""
    share, found = len(service.instances) / max(1, len(ill)), {}
    for name in service.instances:
        leaning = rng.uniform(0.96, 1.04)
        own = share if name in ill else 0.0
        found[name] = [
            min(metric.ceiling, max(0.0, (value - extra) * leaning * rng.gauss(1, 0.03) + extra * own))
            for value, extra in zip(metric.values, metric.ill, strict=True)
        ]
    return found
