"""Outages made for tests, and what comes of investigating them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast.apps.incident.application import app
from holdfast.apps.incident.citing import Checked
from holdfast.apps.incident.report import Report
from holdfast.apps.incident.request import open_case
from holdfast.apps.outages.case import make
from holdfast.apps.outages.kinds import find
from holdfast.apps.outages.writing import Truth, truth_of, write
from holdfast.integration.gateway.port import Model
from holdfast.journal.fold.state import RunState
from holdfast.runtime import Runtime

UNKNOWN = """
answers = ["other"]
befalls = ["service"]
spreads = "slowness"

[[effects]]
metric = "widgets_stuck"
normal = [3.0, 0.5]
times = [20.0, 30.0]

[[effects]]
metric = "latency_ms"
times = [3.0, 5.0]

[[says]]
text = "the flange of {id} is bent"
a_minute = [2.0, 3.0]
"""
"""A fault of which nobody has heard."""
NOTHING = """
answers = ["other"]
befalls = ["service"]
spreads = "nothing"
"""
"""An alert without a fault."""


@dataclass(frozen=True)
class Outage:
    """A case on the disk, and what its cause is."""

    path: Path
    truth: Truth

    def checked(self) -> Checked:
        return Checked(open_case(self.path), lambda: False)


@dataclass(frozen=True)
class Investigated:
    """How a run ended, and its report."""

    state: RunState
    report: Report


def outage(folder: Path, seed: int, kind: str) -> Outage:
    """Make a case; the kind is one that is shipped, or the text of a file of one."""
    if "\n" in kind:
        file = folder / "of_its_own.toml"
        file.write_text(kind)
        kind = str(file)
    case, path = make(seed, find(kind)), folder / f"outage-{seed}.db"
    write(case, path)
    return Outage(path, truth_of(case))


async def investigate(path: Path, models: Mapping[str, Model] | None = None) -> Investigated:
    """Investigate a case. ``models`` take the stand-in's place, by the agent's name."""
    scripted = {f"model-of-{agent}": model for agent, model in (models or {}).items()}
    async with Runtime.open("memory:", apps=[app], models=scripted) as runtime:
        chosen = {agent: f"model-of-{agent}" for agent in models or {}}
        run = await runtime.start(app, {"case": str(path)}, models=chosen)
        state = await run.wait()
        return Investigated(state, Report.model_validate(await run.value(state)))
