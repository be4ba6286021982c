"""What faults there are: each a file of data, in one of two groups; others can be given by path."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

import msgspec

from holdfast.kernel.errors import InputError

Span = tuple[float, float]
"""Between what a seed chooses."""
SHIPPED = files("holdfast.apps.outages")


class Group(StrEnum):
    """Whether whoever built the investigation has looked at the kinds."""

    SHOWN = "shown"
    HELD_OUT = "held_out"
    GIVEN = "given"
    """Of a file from elsewhere."""


class Tier(StrEnum):
    """What a service is."""

    EDGE = "edge"
    SERVICE = "service"
    WORKER = "worker"
    DATABASE = "database"
    CACHE = "cache"
    QUEUE = "queue"
    EXTERNAL = "external"


class Shape(StrEnum):
    """How a metric leaves its normal course."""

    STEP = "step"
    RAMP = "ramp"


class Part(StrEnum):
    """Which instances are ill."""

    ALL = "all"
    PART = "part"


class Where(StrEnum):
    """Whose metrics move, seen from the service at fault."""

    IT = "it"
    QUEUE = "queue"
    """The queues that it reads from."""
    SIBLINGS = "siblings"
    """What else its callers call of databases: that takes the load."""


class Spread(StrEnum):
    """What the services that call it suffer; a load goes to those that it calls."""

    ERRORS = "errors"
    SLOWNESS = "slowness"
    LOAD = "load"
    NOTHING = "nothing"


class Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one metric moves: it is multiplied (``times``), added to (``add``) or brought to a value (``to``)."""

    metric: str
    on: Where = Where.IT
    shape: Shape = Shape.STEP
    times: Span | None = None
    add: Span | None = None
    to: Span | None = None
    minutes_after: Span = (0, 0)
    minutes_long: Span = (10, 10)
    """How long a ramp takes."""
    normal: Span | None = None
    """Mean and noise of a metric that services do not have unless this kind is about."""
    instances: Part | None = None
    """None: those that the trigger was rolled out to, else all."""


class Says(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the logs; braces hold ``service``, ``id``, ``ms``, ``count``, ``percent``."""

    text: str
    who: str = "it"
    """``it``, or ``callers``."""
    level: str = "ERROR"
    a_minute: Span = (1, 3)
    minutes_after: Span = (0, 1)


class Trigger(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The change that brought it."""

    kind: str
    what: str
    detail: str
    minutes_before: Span = (0, 2)
    rolled: Part = Part.ALL
    chance: float = 1.0
    """How often there was one at all."""


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of fault. ``answers`` are the words by which an investigation may rightly name it."""

    answers: tuple[str, ...]
    befalls: tuple[Tier, ...]
    spreads: Spread
    effects: tuple[Effect, ...] = ()
    says: tuple[Says, ...] = ()
    trigger: Trigger | None = None
    spreads_after: Span = (0, 2)
    starves: bool = False
    """Whether requests no longer reach it."""
    name: str = ""
    group: Group = Group.GIVEN


def shipped() -> Mapping[str, Kind]:
    """Return the kinds that come along, by name."""
    found = {}
    for group in (Group.SHOWN, Group.HELD_OUT):
        for file in sorted(SHIPPED.joinpath("kinds", group).iterdir(), key=lambda each: each.name):
            kind = _read(file.read_text("utf-8"), file.name.removesuffix(".toml"), group)
            found[kind.name] = kind
    return found


def find(name: str) -> Kind:
    """Return the kind that is called so, or that stands in a file of that path. Raises InputError."""
    known = shipped()
    if name in known:
        return known[name]
    path = Path(name)
    if path.suffix != ".toml":
        raise InputError(f"expected a kind of fault ({', '.join(known)}) or a .toml file of one, found {name!r}")
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"expected a kind of fault in {name}, found no text that can be read: {error}") from error
    return _read(text, path.stem, Group.GIVEN)


def _read(text: str, name: str, group: Group) -> Kind:
    try:
        kind = msgspec.convert(tomllib.loads(text), Kind)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError(f"expected a kind of fault in {name}.toml, found: {error}") from error
    return msgspec.structs.replace(kind, name=name, group=group)
