"""Fetches a small model and serves it on this machine until Ctrl-C; or proves that it can be used.

python -m tests.proof.local_model [--port N] [--check]
"""

import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path

from bench.environment import Unavailable
from tests.proof.local_model import asking
from tests.proof.local_model.check import check
from tests.proof.local_model.fetching import LocalModel, fetch
from tests.proof.local_model.serving import NotServed, Served, serving

UNAVAILABLE = 2
"""The exit code where the model cannot be had or served: nothing was proved, and nothing refuted."""


def main() -> int:
    """Serve, or check; 1 if the check fails, 2 if there is no model to check."""
    parser = argparse.ArgumentParser(prog="scripts/local-model", description="Serve a small model on this machine.")
    parser.add_argument("--port", type=int, default=0, help="where to listen (default: any free port)")
    parser.add_argument("--check", action="store_true", help="run a review and an agent with it, print JSON, and end")
    chosen = parser.parse_args()
    _say("fetching the model and its server (once, about 130 MB)")
    model = fetch()
    if isinstance(model, Unavailable):
        _say(f"There is no local model here: {model.reason}")
        return UNAVAILABLE
    with tempfile.TemporaryDirectory(prefix="holdfast-local-model-") as folder:
        try:
            return _serve(model, Path(folder), chosen.port, is_check=chosen.check)
        except NotServed as error:
            _say(str(error))
            return UNAVAILABLE


def _serve(model: LocalModel, folder: Path, port: int, *, is_check: bool) -> int:
    with serving(model, folder, port) as served:
        if is_check:
            told = check(served, folder)
            sys.stdout.write(json.dumps(told, indent=2) + "\n")
            return int(bool(told["problems"]))
        _tell(served, folder)
        try:
            signal.pause()
        except KeyboardInterrupt:
            _say("ended")
        return 0


def _tell(served: Served, folder: Path) -> None:
    models = folder / "models.toml"
    models.write_text(asking.models_file(served), encoding="utf-8")
    sys.stdout.write(
        f"base URL         {served.base_url}\n"
        f"--model          {served.name}\n"
        f"HOLDFAST_MODELS  {models}\n"
        f"                 there it is '{asking.SMALL}', told of its tools in words: it makes no calls by itself\n"
        "Ctrl-C ends it.\n"
    )
    sys.stdout.flush()


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
