"""A real small model on this machine reviews a repository and uses tools; without it, what must be refused."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.environment import Unavailable
from holdfast.kernel.outcomes import ErrorKind, Outcome
from tests.proof.local_model.__main__ import UNAVAILABLE
from tests.proof.local_model.asking import STOCK, Shop
from tests.proof.local_model.check import CALLS_MIN, problems
from tests.proof.local_model.fetching import LocalModel, checked, fetch
from tests.proof.local_model.serving import HOST, NotServed, serving

ROOT = Path(__file__).parents[3]
NAME = "tiny@sha256:abc"
NOTHING = LocalModel(Path(sys.executable), Path("nothing.gguf"), "abc")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_real_model_reviews_a_repository_and_executes_tool_calls() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.proof.local_model", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    if done.returncode == UNAVAILABLE:
        pytest.skip(done.stderr.strip()[-400:])
    told = json.loads(done.stdout)
    assert told["problems"] == []
    assert told["tools"]["calls_executed"] >= CALLS_MIN
    assert told["sha256"] in told["review"]["models_in_journal"][0]


def told(**changed: Any) -> dict[str, dict[str, Any]]:
    run = {"outcome": Outcome.SUCCEEDED, "fault": None, "models_in_journal": [NAME], "shows_model_and_hash": True}
    return {"tools": run | {"calls_executed": 4} | changed, "review": run | {"streamed_pieces": 9} | changed}


def test_a_check_in_which_all_went_well_has_no_problem() -> None:
    assert problems(told(), NAME) == []


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"calls_executed": 2}, "at least 3 tool calls"),
        ({"streamed_pieces": 0}, "to stream"),
        ({"models_in_journal": ["other"]}, "in the journal of review"),
        ({"models_in_journal": []}, "in the journal of tools"),
        ({"shows_model_and_hash": False}, "'holdfast show'"),
        ({"outcome": Outcome.FAILED, "fault": {"kind": ErrorKind.BROKEN_STREAM}}, "well-formed"),
    ],
)
def test_a_check_says_what_is_missing(changed: dict[str, Any], found: str) -> None:
    assert any(found in problem for problem in problems(told(**changed), NAME))


def test_a_review_whose_answers_fit_no_schema_has_failed_cleanly() -> None:
    runs = told()
    runs["review"] |= {"outcome": Outcome.FAILED, "fault": {"kind": ErrorKind.BAD_ANSWER}}
    assert problems(runs, NAME) == []


def test_weights_that_are_not_the_pinned_ones_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"other weights")
    refused = checked(Path(sys.executable), path)
    assert isinstance(refused, Unavailable)
    assert "expected weights with the SHA-256 b179" in refused.reason


def test_what_cannot_be_fetched_is_told_with_the_reason(tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.txt"
    wanted.write_text(f"no-such-model==1.0 --hash=sha256:{'0' * 64}\n")
    missing = fetch(tmp_path / "venv", wanted, ("--no-index",))
    assert isinstance(missing, Unavailable)
    assert missing.reason.startswith("nothing is built for this platform")


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(NotServed, match=f"expected to listen at port {port}"), serving(NOTHING, tmp_path, port):
            pass


def test_a_server_that_ends_at_once_is_told_of_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(NotServed, match="xllamacpp"), serving(NOTHING, tmp_path):
        pass


def test_the_clerks_list_leads_from_shelf_to_shelf_and_ends() -> None:
    shop = Shop()
    told = [shop.count(shelf) for shelf in STOCK]
    assert "the shelf east." in told[0]
    assert told[-1].endswith("Now reply that the stock is counted.")
    assert shop.counted == list(STOCK)
