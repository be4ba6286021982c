"""The import contracts of pyproject.toml on small trees: a clean one passes, a planted import breaks each rule."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
CONTRACTS = [contract["id"] for contract in tomllib.loads(PROJECT.read_text())["tool"]["importlinter"]["contracts"]]

# The least tree in which every contract has something to look at, with imports that are all allowed.
CLEAN = {
    "__init__": "def __getattr__(name):\n    from holdfast import runtime",
    "testing.fakes": "from holdfast.journal.stores import memory",
    "apps.review.app": "from holdfast import Runtime\nfrom holdfast.apps.review.offline import model",
    "apps.review.offline.model": (
        "from holdfast.apps.review.offline import reading\n"
        "from holdfast.integration.gateway import port\nfrom holdfast.kernel import ids"
    ),
    "apps.review.offline.reading": "import re",
    "apps.desk.app": "from holdfast.flow import Sequence",
    "apps.incident.flow": "from holdfast.flow import Loop",
    "apps.outages.made": "import random",
    "surfaces.cli.main": "from holdfast import runtime\nfrom holdfast.observability import projection",
    "surfaces.server.main": "import asyncio",
    "runtime": "from holdfast.journal.stores import sqlite\nfrom holdfast.dispatch import local",
    "flow": "from holdfast.orchestration.flow import nodes",
    "routing": "from holdfast.intent import route",
    "delegation": "from holdfast.orchestration.flow import nodes",
    "tools": "from holdfast.kernel import ids",
    "intent.route": "",
    "verify.search": "from holdfast.orchestration.walk import scheduler",
    "intent.vectors.wordllama": "import pathlib",
    "orchestration.flow.nodes": "import msgspec",
    "orchestration.walk.scheduler": "from holdfast.execution import decide",
    "execution.decide": "from holdfast.execution import agent",
    "execution.agent": (
        "import pathlib\nfrom holdfast.prompts import prompt\nfrom holdfast.integration.tools import contract"
    ),
    "execution.loop": "import asyncio",
    "integration.gateway.port": "",
    "integration.gateway.providers.openai": "import httpx",
    "integration.tools.contract": "",
    "integration.tools.registry": "from holdfast.integration.tools import contract",
    "context.fit": "",
    "governance.policy": "",
    "observability.projection": "from holdfast.journal import port",
    "dispatch.local": "import asyncio",
    "journal.port": "",
    "journal.codec": "from holdfast.journal import events",
    "journal.events": "",
    "journal.fold.runs": "from holdfast.journal import events",
    "journal.stores.memory": "from holdfast.journal import port",
    "journal.stores.sqlite": "import sqlite3",
    "prompts.prompt": "import pathlib",
    "kernel.clock": "import asyncio\nimport time",
    "kernel.ids": "import hashlib",
    "kernel.randomness": "import os\nimport random",
    "version": 'VERSION = "0.1.0"',
}

# Contract, the module the import is planted in, the import.
PLANTED = [
    ("layers", "journal.port", "from holdfast.integration.tools import contract"),
    ("layers", "context.fit", "from holdfast.governance import policy"),
    ("layers", "stray", ""),
    ("acyclic", "journal.events", "from holdfast.journal import codec"),
    ("acyclic", "integration.tools.contract", "from holdfast.integration.tools import registry"),
    ("surfaces", "surfaces.server.main", "from holdfast.surfaces.cli import main"),
    ("apps", "apps.desk.app", "from holdfast.apps.review import app"),
    ("blind", "apps.incident.flow", "from holdfast.apps.outages import made"),
    ("adapters", "execution.loop", "from holdfast.journal.stores import sqlite"),
    ("adapters", "execution.loop", "from holdfast.integration.gateway.providers import openai"),
    ("adapters", "surfaces.cli.main", "from holdfast.dispatch.local import LocalDispatcher"),
    ("adapters", "routing", "from holdfast.intent.vectors import wordllama"),
    ("watchers", "execution.loop", "from holdfast.observability import projection"),
    ("facade", "execution.loop", "from holdfast import Agent"),
    ("pure", "kernel.ids", "import random"),
    ("pure", "context.fit", "from holdfast.kernel import clock"),
    ("pure", "journal.fold.runs", "import time"),
    ("pure", "orchestration.walk.scheduler", "from holdfast.execution import loop"),
    ("offline", "apps.review.offline.model", "from holdfast.apps.review import app"),
    ("offline", "apps.review.offline.reading", "from holdfast.journal import port"),
    ("offline", "apps.review.offline.reading", "from holdfast.integration.tools import contract"),
    ("offline", "apps.review.offline.reading", "from holdfast import Runtime"),
]


def lint(root: Path, tree: dict[str, str], contract: str) -> subprocess.CompletedProcess[str]:
    """Write a tree of modules and judge it by one contract of the project."""
    for name, text in tree.items():
        folder = root / "holdfast" / Path(*name.split(".")[:-1])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name.split('.')[-1]}.py").write_text(text + "\n")
    for package, _, _ in os.walk(root / "holdfast"):
        (Path(package) / "__init__.py").touch()
    command = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    arguments = ["--config", str(PROJECT), "--no-cache", "--no-logo", "--contract", contract]
    return subprocess.run(
        [sys.executable, "-c", command, *arguments], cwd=root, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_clean_tree_passes(contract: str, tmp_path: Path) -> None:
    report = lint(tmp_path, CLEAN, contract)
    assert report.returncode == 0, report.stdout + report.stderr


@pytest.mark.parametrize(
    ("contract", "module", "line"), PLANTED, ids=[f"{contract}-{n}" for n, (contract, _, _) in enumerate(PLANTED)]
)
def test_a_planted_import_is_found(contract: str, module: str, line: str, tmp_path: Path) -> None:
    report = lint(tmp_path, {**CLEAN, module: f"{CLEAN.get(module, '')}\n{line}"}, contract)
    assert report.returncode == 1, report.stdout + report.stderr
    assert f"holdfast.{module}" in report.stdout or "No cycles are allowed" in report.stdout


def test_every_contract_has_a_planted_import() -> None:
    assert {contract for contract, _, _ in PLANTED} == set(CONTRACTS)


def test_no_module_imports_the_package_it_lies_in() -> None:
    """A package may gather names from its modules; one that takes them back closes a circle siblings do not show."""
    graph = grimp.build_graph("holdfast", cache_dir=None)
    circles = [
        f"{module} imports {package}"
        for module in sorted(graph.modules)
        for package in sorted(graph.find_modules_directly_imported_by(module))
        if module.startswith(f"{package}.") and package != "holdfast"
    ]
    assert not circles
