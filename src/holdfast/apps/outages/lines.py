"""What stands in the logs: requests served, complaints, warnings that mean nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from holdfast.apps.outages.kinds import Span
from holdfast.apps.outages.topology import Service

_HARMLESS = (
    ("WARN", "certificate of the internal authority expires in 21 days"),
    ("WARN", "deprecated cipher suite offered by a client, connection downgraded"),
    ("WARN", "volume /var is {percent} percent full"),
    ("WARN", "slow query: {ms} ms for a report of the back office"),
    ("ERROR", "could not send usage statistics to telemetry.example: connection refused"),
    ("ERROR", "failed to load optional plugin 'themes': no such file"),
    ("WARN", "garbage collection paused for {ms} ms"),
    ("WARN", "retrying a request that lost its connection, attempt 2 of 5"),
    ("ERROR", "health probe of a retired host failed"),
)
HARMLESS_A_MINUTE = (0.04, 0.15)
SERVED_A_MINUTE = (0.3, 0.6)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log; ``second`` counts from the case's beginning."""

    second: int
    service: str
    instance: str
    level: str
    message: str


def said(
    rng: Random, service: Service, text: str, level: str, rate: float, begins: int, ends: int,
    instances: tuple[str, ...] = (), about: str = "",
) -> Iterator[Line]:  # fmt: skip
    """Yield a text as often as ``rate`` a minute says, with other figures each time."""
    among = instances or service.instances
    for minute in range(max(0, begins), ends):
        count = int(rate) + (rng.random() < rate % 1)
        for _ in range(count):
            message = text.format(
                service=about or service.name,
                id=f"{rng.getrandbits(32):08x}",
                ms=rng.randint(200, 9_000),
                count=rng.randint(2, 400),
                percent=rng.randint(81, 99),
            )
            yield Line(minute * 60 + rng.randrange(60), service.name, rng.choice(among), level, message)


def every_day(rng: Random, services: tuple[Service, ...], minutes: int) -> Iterator[Line]:
    """Yield what the logs hold when nothing is wrong, frightening words included."""
    for service in services:
        served = rng.uniform(*SERVED_A_MINUTE)
        yield from said(rng, service, "request {id} served in {ms} ms", "INFO", served, 0, minutes)
        for level, text in rng.sample(_HARMLESS, 2):
            yield from said(rng, service, text, level, between(rng, HARMLESS_A_MINUTE), 0, minutes)


def between(rng: Random, span: Span) -> float:
    """Return a number of a span."""
    return rng.uniform(*span)
