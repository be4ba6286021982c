"""That the benchmark of durable steps measures what it says, and invents no figure."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.durable.engines import LANGGRAPH, Engine
from bench.durable.measure import Figures
from bench.durable.summary import Taken, summarise, table
from bench.durable.work import Writer, reply_value, result_value
from bench.environment import Unavailable, prepare, version_of

ROOT = Path(__file__).parents[2]
HERE = Path(sys.executable)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )


def test_both_engines_of_ours_are_measured_at_every_number_in_flight() -> None:
    printed = json.loads(run("bench.durable", "--json", "--quick", "--engines", "holdfast,floor").stdout)
    for engine in ("holdfast", "floor"):
        for figure in ("steps_per_second", "cpu_ms_per_step"):
            assert set(printed[engine][figure]) == {"1", "100", "500"}
            assert all(value > 0 for value in printed[engine][figure].values())
    assert set(printed["ratios"]) == {"steps_per_second_over_floor", "cpu_of_floor_over_ours"}


def test_the_profile_tells_apart_what_the_loops_thread_did_and_adds_up_to_it() -> None:
    printed = json.loads(run("bench.durable.where", "--json", "--runs", "60", "--in-flight", "20").stdout)
    assert printed["samples"] > 0
    assert "waiting" not in printed["parts"]
    assert sum(printed["parts"].values()) == pytest.approx(printed["loop_thread"], rel=0.05, abs=2)
    assert {"holdfast-writer", "holdfast-reader"} <= printed["other_threads"].keys()


def test_a_peer_that_cannot_be_installed_is_named_with_the_reason(tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("no-such-peer==1.0\n")
    missing = prepare(tmp_path / "venv", wanted, more=("--no-index", "--find-links", str(tmp_path)))
    assert isinstance(missing, Unavailable)
    assert "no-such-peer" in missing.reason


def test_a_peer_that_is_unavailable_has_no_figures_and_no_ratios() -> None:
    engines = [Engine("holdfast", "1", "", HERE), Engine("langgraph", "2", "", Unavailable("no network"))]
    taken: Taken = {"holdfast": {100: [Figures(1_000, 0.1, 50)]}, "langgraph": {100: []}}
    summary = summarise(engines, taken)
    assert summary["langgraph"] == {"version": "2", "unavailable": "no network"}
    assert summary["ratios"] == {}
    assert any("no network" in line for line in table(engines, taken))


def test_a_ratio_is_the_median_of_each_rounds_own() -> None:
    engines = [Engine("holdfast", "1", "", HERE), Engine("langgraph", "2", "", HERE)]
    ours = [Figures(1_000, 0.1, 50), Figures(100, 0.2, 50), Figures(1_000, 0.1, 50)]
    theirs = [Figures(100, 1.0, 50), Figures(10, 2.0, 50), Figures(50, 2.0, 50)]
    ratios = summarise(engines, {"holdfast": {100: ours}, "langgraph": {100: theirs}})["ratios"]
    assert ratios == {"steps_per_second_over_langgraph": {"100": 10.0}, "cpu_of_langgraph_over_ours": {"100": 10.0}}


def test_the_peers_version_is_the_one_that_is_pinned() -> None:
    assert version_of("langgraph", LANGGRAPH) == "1.2.22"
    assert version_of("langgraph-checkpoint-sqlite", LANGGRAPH) == "3.1.2"


@pytest.mark.parametrize("turn", [1, 10])
def test_the_work_is_about_two_kilobytes_a_reply_and_one_a_result(turn: int) -> None:
    writer = Writer()
    assert 1_900 < len(json.dumps(reply_value(writer, turn))) < 2_200
    assert 900 < len(json.dumps(result_value(writer, turn))) < 1_150


def test_no_two_texts_of_the_work_are_the_same() -> None:
    writer = Writer()
    texts = [writer.reply() for _ in range(5_000)] + [writer.note() for _ in range(5_000)]
    assert len(set(texts)) == len(texts)
