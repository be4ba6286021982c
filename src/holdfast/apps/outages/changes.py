"""The history of changes: the one that did it, if any, and all those that did not."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from holdfast.apps.outages.fault import Fault
from holdfast.apps.outages.kinds import Part, Tier
from holdfast.apps.outages.lines import between
from holdfast.apps.outages.topology import Service, Topology

OLDER_MIN, OLDER_MAX = 3, 6
QUIET_MINUTES = 45
"""Older changes lie at least so long before the fault."""
HERRING_CHANCE = 0.8
REPAIR_CHANCE = 0.4
_AUTHORS = ("ines", "tomasz", "wei", "amara", "release-bot")
_DETAILS = {
    "deploy": ("dependency updates", "copy changes", "a new report", "smaller images", "retry policy of a client"),
    "config": ("log level from info to warn", "sampling from 5 to 10 percent", "batch size from 50 to 80"),
    "flag": ("from 10 to 20 percent of users", "from 95 to 100 percent of users"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was changed; ``rolled`` are the instances that have it, for what is rolled out by instance."""

    minute: int
    kind: str
    service: str
    what: str
    detail: str
    author: str
    rolled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """All changes in order; which of them did it, and which was put there to mislead."""

    changes: tuple[Change, ...]
    trigger: Change | None
    herring: Change | None


def draw_history(fault: Fault, topology: Topology, alert: int, rng: Random) -> History:
    """Return what was changed before the fault, and in vain after it."""
    trigger = _trigger(fault, rng)
    found = list(_older(fault, topology, rng))
    herring = _herring(fault, trigger, topology, rng)
    found += [each for each in (trigger, herring) if each is not None]
    if fault.victims and rng.random() < REPAIR_CHANCE:
        victim = rng.choice(fault.victims).service
        minute = alert + rng.randint(4, 12)
        found.append(_change(rng, minute, "deploy", victim, "rolled back as a precaution", victim.instances))
    return History(tuple(sorted(found, key=lambda each: each.minute)), trigger, herring)


def _trigger(fault: Fault, rng: Random) -> Change | None:
    declared = fault.kind.trigger
    if declared is None or rng.random() >= declared.chance:
        return None
    filled = {"service": fault.service.name, "version": _version(rng)}
    rolled = fault.ill if declared.rolled is Part.PART else fault.service.instances
    return Change(
        fault.onset - round(between(rng, declared.minutes_before)),
        declared.kind,
        fault.service.name,
        declared.what.format(**filled),
        declared.detail.format(**filled),
        rng.choice(_AUTHORS),
        rolled if declared.kind == "deploy" else (),
    )


def _herring(fault: Fault, trigger: Change | None, topology: Topology, rng: Random) -> Change | None:
    """Return a deploy of another service just before, later than what did it: of a victim, or of one that is well."""
    if rng.random() >= HERRING_CHANCE:
        return None
    victims = [victim.service for victim in fault.victims]
    well = [each for each in topology.of(Tier.SERVICE, Tier.EDGE) if each not in victims and each != fault.service]
    among = [each for each in (victims if rng.random() < 0.5 and victims else well or victims) if _deploys(each)]
    if not among:
        return None
    service = rng.choice(among)
    first = trigger.minute if trigger is not None else fault.onset - 12
    minute = min(rng.randint(first, fault.onset), fault.onset - 1)
    rolled = tuple(sorted(rng.sample(service.instances, max(1, len(service.instances) // 2))))
    return _change(rng, max(minute, first), "deploy", service, rng.choice(_DETAILS["deploy"]), rolled)


def _deploys(service: Service) -> bool:
    return service.tier in (Tier.SERVICE, Tier.EDGE, Tier.WORKER)


def _older(fault: Fault, topology: Topology, rng: Random) -> Iterator[Change]:
    among = [each for each in topology.services if _deploys(each)]
    for _ in range(rng.randint(OLDER_MIN, OLDER_MAX)):
        service, kind = rng.choice(among), rng.choice(("deploy", "deploy", "config", "flag"))
        rolled = service.instances if kind == "deploy" else ()
        minute = rng.randint(5, fault.onset - QUIET_MINUTES)
        yield _change(rng, minute, kind, service, rng.choice(_DETAILS[kind]), rolled)


def _change(rng: Random, minute: int, kind: str, service: Service, detail: str, rolled: tuple[str, ...]) -> Change:
    what = {"deploy": f"{service.name} {_version(rng)}", "config": f"{service.name}.settings"}
    return Change(
        minute, kind, service.name, what.get(kind, f"{service.name}.trial"), detail, rng.choice(_AUTHORS), rolled
    )


def _version(rng: Random) -> str:
    return f"{rng.randint(1, 9)}.{rng.randint(0, 40)}.{rng.randint(0, 9)}"
