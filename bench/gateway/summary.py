"""What many measurements come to: medians of the rounds, and what is added to the bare HTTP call. Pure."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.environment import Unavailable
from bench.gateway.ways import BARE, OURS, Engine

DIGITS = 3
Figures = Mapping[str, float]
"""CPU milliseconds a call, by number of messages."""
Key = tuple[str, str, bool]
"""An engine's name, an API, whether it streams."""
Taken = Mapping[Key, Sequence[Figures]]
"""Every measurement, one a round."""
Figure = Callable[[Sequence[Figures], Sequence[Figures]], dict[str, float]]
"""Makes one figure of an engine's rounds and the bare call's."""


def summarise(measured: Sequence[Engine], taken: Taken) -> dict[str, object]:
    """Return each engine's CPU a call, what it adds to the bare call of the same round, and what the others cost."""
    added = {engine.name: _by_way(engine, taken, _added) for engine in measured if engine.name != BARE}
    return {
        "cpu_ms_per_call": {engine.name: _told(engine, taken) for engine in measured},
        "added_to_bare_http_ms": {name: figures for name, figures in added.items() if figures},
        "times_ours": dict(_ratios(measured, taken)),
    }


def table(measured: Sequence[Engine], taken: Taken) -> Iterator[str]:
    """Yield the medians as lines to read."""
    for engine in measured:
        if isinstance(engine.python, Unavailable):
            yield f"{engine.name:10} not measured: {engine.python.reason}"
    for name, api, streams in sorted(taken, key=lambda key: (key[1], key[2], key[0])):
        figures = _median(taken[name, api, streams])
        shown = "  ".join(f"{ms:8.3f} ms at {size}" for size, ms in figures.items())
        yield f"{api:12} {'stream' if streams else 'whole':7} {name:10} {shown}"


def way_name(api: str, *, streams: bool) -> str:
    return f"{api}, {'streaming' if streams else 'whole'}"


def _told(engine: Engine, taken: Taken) -> dict[str, object]:
    about: dict[str, object] = {"version": engine.version}
    if isinstance(engine.python, Unavailable):
        return about | {"unavailable": engine.python.reason}
    return about | _by_way(engine, taken, lambda rounds, _bare: _median(rounds))


def _by_way(engine: Engine, taken: Taken, figure: Figure) -> dict[str, object]:
    return {
        way_name(api, streams=streams): figure(rounds, taken.get((BARE, api, streams), ()))
        for (name, api, streams), rounds in taken.items()
        if name == engine.name
    }


def _ratios(measured: Sequence[Engine], taken: Taken) -> Iterator[tuple[str, dict[str, object]]]:
    for engine in measured:
        pairs = {
            (api, streams): (rounds, taken[OURS, api, streams])
            for (name, api, streams), rounds in taken.items()
            if name == engine.name != OURS and (OURS, api, streams) in taken
        }
        if pairs:
            yield (
                engine.name,
                {way_name(api, streams=streams): _ratio(*pair) for (api, streams), pair in pairs.items()},
            )


def _median(rounds: Sequence[Figures]) -> dict[str, float]:
    return {size: round(statistics.median(one[size] for one in rounds), DIGITS) for size in rounds[0]}


def _added(rounds: Sequence[Figures], bare: Sequence[Figures]) -> dict[str, float]:
    """Return the median of what each round added to the bare call of the same round."""
    pairs = list(zip(rounds, bare, strict=True)) if bare else []
    sizes = rounds[0] if pairs else ()
    return {size: round(statistics.median(one[size] - least[size] for one, least in pairs), DIGITS) for size in sizes}


def _ratio(rounds: Sequence[Figures], ours: Sequence[Figures]) -> dict[str, float]:
    pairs = list(zip(rounds, ours, strict=True))
    return {size: round(statistics.median(one[size] / our[size] for one, our in pairs), 2) for size in rounds[0]}
