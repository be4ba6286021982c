"""What many measurements come to: medians by engine, and ratios taken round by round. Pure."""

import statistics
from collections.abc import Iterator, Mapping, Sequence

from bench.durable.engines import Engine
from bench.durable.measure import Figures
from bench.environment import Unavailable

DIGITS = {"steps_per_second": 0, "cpu_ms_per_step": 4, "memory_mb_max": 1}
"""The figures, and how many digits of each mean something."""

OURS = "holdfast"

Taken = Mapping[str, Mapping[int, Sequence[Figures]]]
"""Every measurement: by engine and number of runs in flight, one a round."""


def summarise(measured: Sequence[Engine], taken: Taken) -> dict[str, object]:
    """Return the medians of each engine, and the ratios between Holdfast and every other."""
    medians: dict[str, object] = {engine.name: _medians(engine, taken[engine.name]) for engine in measured}
    return {**medians, "ratios": dict(_ratios(taken))}


def table(measured: Sequence[Engine], taken: Taken) -> Iterator[str]:
    """Yield the medians as lines to read."""
    yield f"{'in flight':>9}  {'engine':9}  {'steps/s':>9}  {'ms CPU a step':>13}  {'MB at most':>10}"
    flights = {in_flight for by_flight in taken.values() for in_flight in by_flight}
    for in_flight in sorted(flights):
        for engine in measured:
            if isinstance(engine.python, Unavailable):
                yield f"{in_flight:9}  {engine.name:9}  not measured: {engine.python.reason}"
                continue
            figures = taken[engine.name][in_flight]
            yield (
                f"{in_flight:9}  {engine.name:9}  {_median(figures, 'steps_per_second'):9,.0f}"
                f"  {_median(figures, 'cpu_ms_per_step'):13.3f}  {_median(figures, 'memory_mb_max'):10.1f}"
            )


def _medians(engine: Engine, by_flight: Mapping[int, Sequence[Figures]]) -> dict[str, object]:
    if isinstance(engine.python, Unavailable):
        return {"version": engine.version, "unavailable": engine.python.reason}
    figures: dict[str, object] = {"version": engine.version}
    for name, digits in DIGITS.items():
        figures[name] = {f"{each}": round(_median(rounds, name), digits) for each, rounds in by_flight.items()}
    return figures


def _ratios(taken: Taken) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield how many times the steps a second Holdfast makes, and how many times its CPU the others take."""
    ours = taken.get(OURS, {})
    for name, theirs in taken.items():
        flights = [in_flight for in_flight in ours if theirs.get(in_flight)]
        if name == OURS or not flights:
            continue
        faster = {f"{each}": _median_ratio(ours[each], theirs[each], "steps_per_second") for each in flights}
        yield f"steps_per_second_over_{name}", faster
        cheaper = {f"{each}": _median_ratio(theirs[each], ours[each], "cpu_ms_per_step") for each in flights}
        yield f"cpu_of_{name}_over_ours", cheaper


def _median_ratio(over: Sequence[Figures], under: Sequence[Figures], name: str) -> float:
    """Return the median of each round's own ratio: what disturbs the machine disturbs both of a round."""
    ratios = [_figure(one, name) / _figure(other, name) for one, other in zip(over, under, strict=True)]
    return round(statistics.median(ratios), 2)


def _median(rounds: Sequence[Figures], name: str) -> float:
    return statistics.median(_figure(figures, name) for figures in rounds)


def _figure(figures: Figures, name: str) -> float:
    value: float = getattr(figures, name)
    return value
