"""Measures our calls, the providers' clients, a peer and the bare HTTP call in turn; prints medians and ratios."""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.environment import Unavailable
from bench.gateway.bodies import APIS
from bench.gateway.calling import Way
from bench.gateway.pieces import measure
from bench.gateway.summary import Figures, Key, summarise, table, way_name
from bench.gateway.ways import BARE, CLIENT, OURS, PEER, Engine, engines, measure_once, provider
from bench.machine import describe_machine, load_average

ROUNDS = 3
SIZES = (1, 100, 1_000)
"""How many messages a request has."""


def take(measured: Sequence[Engine], apis: Sequence[str], rounds: int, url: str) -> dict[Key, list[Figures]]:
    """Measure every engine once a round, one after the other, so that what disturbs the machine disturbs all."""
    taken: dict[Key, list[Figures]] = {}
    for number in range(1, rounds + 1):
        for api in apis:
            for streams in (False, True):
                for engine in measured:
                    if isinstance(engine.python, Unavailable) or api not in engine.apis:
                        continue
                    figures = measure_once(engine, Way(api, streams, url), SIZES)
                    taken.setdefault((engine.name, api, streams), []).append(figures)
                    shown = "  ".join(f"{ms:.2f} ms at {size}" for size, ms in figures.items())
                    _say(f"round {number}/{rounds}  {way_name(api, streams=streams):22} {engine.name:10} {shown}")
    return taken


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.gateway", description="CPU that a model call costs beside the model, and its pieces."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often each is measured (default {ROUNDS})")
    parser.add_argument("--engines", default=f"{BARE},{OURS},{CLIENT},{PEER}", help="which, with commas between")
    parser.add_argument("--apis", default=",".join(APIS), help="which APIs, with commas between")
    parser.add_argument("--pieces", action="store_true", help="measure the pieces alone, in microseconds")
    chosen = parser.parse_args(arguments)
    load_before = load_average()
    pieces = {name: round(micros, 2) for name, micros in asdict(measure()).items()}
    if chosen.pieces:
        _print_pieces(pieces, is_json=chosen.json)
        return
    measured = engines(chosen.engines.split(","))
    with provider() as url:
        taken = take(measured, chosen.apis.split(","), chosen.rounds, url)
    machine = describe_machine(Path(tempfile.gettempdir()), load_before)
    if chosen.json:
        work = {"messages": SIZES, "rounds": chosen.rounds}
        told = {**summarise(measured, taken), "pieces_us": pieces, "work": work, "machine": asdict(machine)}
        print(json.dumps(told, indent=2))
        return
    print(*table(measured, taken), sep="\n")
    _print_pieces(pieces, is_json=False)
    print(f"medians of {chosen.rounds}; {machine.processor}, {machine.cpus} CPUs, Python {machine.python}")


def _print_pieces(pieces: dict[str, float], *, is_json: bool) -> None:
    if is_json:
        print(json.dumps(pieces, indent=2))
        return
    for name, micros in pieces.items():
        print(f"{micros:10.2f} µs  {name.replace('_', ' ')}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
