"""Writes a case down: what can be looked at into a SQLite file, the cause into another file that only scorers read."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from random import Random

import msgspec

from holdfast.apps.outages.case import Case
from holdfast.apps.outages.kinds import Group
from holdfast.apps.outages.series import SHOWN_PER_INSTANCE, of_instances
from holdfast.kernel.errors import InputError

BEGINS = datetime(2026, 3, 2)  # noqa: DTZ001  # what stands in a case has no zone: all of it is in one
DIGITS = 4
_LAYOUT = files("holdfast.apps.outages").joinpath("layout.sql")


class Suffers(msgspec.Struct, frozen=True):
    """A victim, and since when."""

    service: str
    at: str


class Truth(msgspec.Struct, frozen=True):
    """What was the cause."""

    seed: int
    kind: str
    group: Group
    answers: tuple[str, ...]
    component: str
    onset: str
    trigger: str | None
    """The id of the change that brought it."""
    victims: tuple[Suffers, ...]
    misleading: dict[str, str]


def write(case: Case, path: Path) -> Path:
    """Write the case to ``path``; return the path of the truth beside it. Raises InputError if either is there."""
    truth = path.with_suffix(".truth.json")
    for each in (path, truth):
        if each.exists():
            raise InputError(f"expected no file yet at '{each}', found one: name another folder, or go on with it")
    try:
        with closing(sqlite3.connect(path)) as made:
            made.executescript(_LAYOUT.read_text("utf-8"))
            with made:
                for table, columns, rows in _tables(case):
                    made.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})", rows)
        truth.write_bytes(msgspec.json.format(msgspec.json.encode(truth_of(case)), indent=2))
    except (OSError, sqlite3.Error) as error:
        raise InputError(f"expected to make a case at '{path}', found: {error}") from error
    return truth


def truth_of(case: Case) -> Truth:
    """Return what was the cause."""
    fault, ids = case.fault, _ids(case)
    trigger = case.history.trigger
    return Truth(
        case.seed,
        fault.kind.name,
        fault.kind.group,
        fault.kind.answers,
        fault.service.name,
        _at(case, fault.onset),
        None if trigger is None else ids[case.changes.index(trigger)],
        tuple(Suffers(victim.service.name, _at(case, victim.begins)) for victim in fault.victims),
        case.misleading,
    )


def _tables(case: Case) -> Iterator[tuple[str, int, Iterator[tuple[object, ...]]]]:
    topology, ids = case.topology, _ids(case)
    yield "services", 2, ((each.name, each.tier.value) for each in topology.services)
    yield "instances", 2, ((name, each.name) for each in topology.services for name in each.instances)
    yield "dependencies", 2, iter(topology.calls)
    yield "metrics", 4, _metrics(case)
    yield "instance_metrics", 5, _of_instances(case)
    yield (
        "logs",
        6,
        (
            (None, _at(case, 0, line.second), line.service, line.instance, line.level, line.message)
            for line in case.lines
        ),
    )
    yield (
        "changes",
        7,
        (
            (identity, _at(case, each.minute), each.kind, each.service, each.what, each.detail, each.author)
            for identity, each in zip(ids, case.changes, strict=True)
        ),
    )
    yield (
        "rollouts",
        2,
        ((identity, instance) for identity, each in zip(ids, case.changes, strict=True) for instance in each.rolled),
    )
    yield "alerts", 3, ((_at(case, each.minute), each.service, each.text) for each in case.alerts)


def _metrics(case: Case) -> Iterator[tuple[object, ...]]:
    times = [_at(case, minute) for minute in range(case.weather.minutes)]
    for (service, name), metric in case.weather.metrics.items():
        yield from ((service, name, at, round(v, DIGITS)) for at, v in zip(times, metric.values, strict=True))


def _of_instances(case: Case) -> Iterator[tuple[object, ...]]:
    times, rng = [_at(case, minute) for minute in range(case.weather.minutes)], Random(case.seed + 1)
    for service in case.topology.services:
        ill = case.weather.ill.get(service.name, service.instances)
        for name in SHOWN_PER_INSTANCE:
            metric = case.weather.metrics.get((service.name, name))
            for instance, values in (of_instances(service, metric, ill, rng) if metric else {}).items():
                yield from (
                    (service.name, instance, name, at, round(v, DIGITS)) for at, v in zip(times, values, strict=True)
                )


def _ids(case: Case) -> list[str]:
    return [f"change-{number}" for number in range(1, len(case.changes) + 1)]


def _at(case: Case, minute: int, second: int | None = None) -> str:
    """Return a time as it stands in the case: hours differ by seed, so that none has a meaning."""
    hour = Random(case.seed).randint(0, 20)
    time = BEGINS + timedelta(days=case.seed % 5, hours=hour, minutes=minute, seconds=second or 0)
    return time.isoformat(sep=" ", timespec="minutes" if second is None else "seconds")
