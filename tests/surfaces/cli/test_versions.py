"""Runs whose app has changed: the commands say under which version they run, and which wait for one."""

import asyncio
import json
from pathlib import Path

from holdfast import App, Runtime
from holdfast.flow import Sequence
from tests.surfaces.cli.program import Program
from tests.surfaces.cli.tiny_apps import greet


async def begin_under_another_version(url: str) -> str:
    """Begin a run of ``greet`` as it once was, and let go of it."""
    before = App("greet", Sequence("greet", (greet.flow,)), agents=greet.agents, models=greet.models)
    async with Runtime.open(url, apps=[before], recovers=False, drives=False) as runtime:
        return (await runtime.start("greet", "hello")).id


def test_show_says_under_which_version_a_run_runs(holdfast: Program) -> None:
    run = holdfast("run", "greet", "hello", "--json").json["run_id"]
    assert f"{greet.version} (the present one)" in holdfast("show", run).out
    assert holdfast("show", run, "--json").json["version"]["registered"] == "present"


def test_a_run_that_waits_because_its_app_has_changed_is_named_with_what_changed(holdfast: Program) -> None:
    holdfast("run", "greet", "hello")
    assert not [check for check in holdfast("doctor", "--json").json["checks"] if check["about"].startswith("run ")]
    run = asyncio.run(begin_under_another_version(holdfast.url))
    done = holdfast("resume", run)
    assert done.code != 0
    told = holdfast("show", run).out
    assert "(not registered here: since then flow has changed)" in told
    (check,) = [each for each in holdfast("doctor", "--json").json["checks"] if each["about"].startswith("run ")]
    assert check["level"] == "warn"
    assert "of app greet is not registered here; flow has changed" in check["found"]
    assert "holdfast resume" in check["todo"]


def test_draw_tells_what_differs_from_a_file_that_it_wrote_or_that_holds_a_flow(
    holdfast: Program, tmp_path: Path
) -> None:
    file = tmp_path / "gated.json"
    drawn = holdfast("draw", "gated", "--json")
    file.write_text(drawn.out, encoding="utf-8")
    assert holdfast("draw", "gated", "--diff", str(file)).out == f"gated is the same as in {file}\n"
    flow = drawn.json["flow"]
    flow["steps"][0]["timeout_seconds"] = 7.5
    file.write_text(json.dumps(flow), encoding="utf-8")
    assert holdfast("draw", "gated", "--diff", str(file)).out.splitlines() == [
        f"gated against {file}: 1 difference",
        "  gated/first: timeout_seconds 7.5 -> null",
    ]
    told = holdfast("draw", "gated", "--diff", str(file), "--json").json
    assert told["flow"][0]["field"] == "timeout_seconds"
    file.write_text("[]", encoding="utf-8")
    assert "expected" in holdfast("draw", "gated", "--diff", str(file)).err
    missing = holdfast("draw", "gated", "--diff", "none.json").err
    assert "expected none.json to hold a flow" in missing
    assert "No such file" in missing


def test_draw_tells_what_differs_from_the_version_of_a_run_and_what_has_changed_where_that_is_not_here(
    holdfast: Program,
) -> None:
    run = holdfast("run", "greet", "hello", "--json").json["run_id"]
    assert holdfast("draw", "greet", "--diff", run).out == f"greet is the same as in {run}\n"
    assert "expected a run of app 'gated'" in holdfast("draw", "gated", "--diff", run).err
    other = asyncio.run(begin_under_another_version(holdfast.url))
    done = holdfast("draw", "greet", "--diff", other)
    assert (done.code, "flow has changed" in done.err) == (2, True)
