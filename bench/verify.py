"""How long the shipped apps take to verify, and how many situations that is: CPU, within the default bounds."""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.machine import Machine, describe_machine, load_average
from holdfast.orchestration.application.catalogue import Catalogue
from holdfast.runtime.verifying import verify
from holdfast.verify.bounds import Bounds

APPS = ("review", "support", "onboarding")
SECONDS_MAX = 600.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One app."""

    app: str
    verdict: str
    situations: int
    moves: int
    cpu_seconds: float
    situations_per_second: float


@dataclass(frozen=True, slots=True)
class Report:
    """All apps, and the machine they were verified on."""

    apps: list[Measured]
    machine: Machine


def measure(apps: Sequence[str] = APPS) -> Report:
    """Verify each of ``apps`` once."""
    before = load_average()
    measured = [_measured(name) for name in apps]
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        return Report(measured, describe_machine(Path(folder), before))


def _measured(name: str) -> Measured:
    catalogue = Catalogue()
    app = catalogue.find(name)
    begun = time.process_time()
    report = verify(app, catalogue=catalogue, bounds=Bounds(seconds=SECONDS_MAX))
    took = time.process_time() - begun
    rate = round(report.situations / took, 1)
    return Measured(name, report.verdict, report.situations, report.moves, round(took, 3), rate)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the report as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("apps", nargs="*", default=APPS)
    parser.add_argument("--json", action="store_true", help="print JSON: it always does")
    print(json.dumps(asdict(measure(parser.parse_args(arguments).apps)), indent=2))


if __name__ == "__main__":
    main()
