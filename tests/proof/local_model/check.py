"""The proof that a small model on this machine runs reviews and uses tools: what came of it, and what is missing."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.runtime.models.configuration import VARIABLE
from tests.proof.local_model import asking
from tests.proof.local_model.asking import Told
from tests.proof.local_model.serving import Served

CALLS_MIN = 3
"""How many tool calls must really be executed."""
RUN_SECONDS_MAX = 600.0
SHOW_SECONDS_MAX = 60.0
CLEAN = frozenset({ErrorKind.BAD_ANSWER, ErrorKind.TRUNCATED})
"""How a review by so small a model may fail: it was asked, it answered, and no answer could be used."""


def check(served: Served, folder: Path) -> Told:
    """Ask the model; return what came of it. ``folder`` holds the store and the file of models."""
    models = folder / "models.toml"
    models.write_text(asking.models_file(served), encoding="utf-8")
    os.environ[VARIABLE] = str(models)
    tools = asyncio.run(asyncio.wait_for(asking.tools(folder), RUN_SECONDS_MAX))
    reviewed = asyncio.run(asyncio.wait_for(asking.review(served, folder), RUN_SECONDS_MAX))
    runs = {"tools": tools, "review": reviewed}
    for told in runs.values():
        told["shows_model_and_hash"] = served.model.name in _shown(told["run"], folder)
    missed = problems(runs, served.model.name)
    return {"model": served.model.name, "sha256": served.model.sha256, **runs, "problems": missed}


def problems(runs: dict[str, Told], model: str) -> list[str]:
    """Return what the runs of ``tools`` and ``review`` lack. Pure."""
    tools, reviewed = runs["tools"], runs["review"]
    found = []
    if tools["calls_executed"] < CALLS_MIN:
        found.append(f"expected at least {CALLS_MIN} tool calls executed, found {tools['calls_executed']}")
    if tools["outcome"] != Outcome.SUCCEEDED:
        found.append(f"expected the agent to succeed, found {tools['outcome']}: {tools['fault']}")
    if not is_well_formed(reviewed):
        found.append(f"expected the review to end well-formed, found {reviewed['outcome']}: {reviewed['fault']}")
    if not reviewed["streamed_pieces"]:
        found.append("expected the review's replies to stream, found no piece of any")
    for name, told in runs.items():
        if told["models_in_journal"] != [model]:
            found.append(f"expected {model} in the journal of {name}, found {told['models_in_journal']}")
        if not told["shows_model_and_hash"]:
            found.append(f"expected 'holdfast show' to tell of {model} in {name}, found that it does not")
    return found


def is_well_formed(told: Told) -> bool:
    """Whether a review ended with a report, or with the fault of a model whose answers fit no schema."""
    if told["outcome"] in (Outcome.SUCCEEDED, Outcome.PARTIAL):
        return True
    return bool(told["fault"]) and told["fault"]["kind"] in CLEAN


def _shown(run: str, folder: Path) -> str:
    command = [str(Path(sys.executable).with_name("holdfast")), "show", run, "--store", asking.store_in(folder)]
    environ = {**os.environ, "COLUMNS": "1000"}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=SHOW_SECONDS_MAX, check=False)
    return done.stdout
