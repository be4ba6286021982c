"""``holdfast costs`` sums up what the runs of a store have called, and says what it leaves out."""

import io

import pytest
from rich.console import Console

from holdfast.kernel.errors import InputError
from holdfast.kernel.ids import RunId
from holdfast.kernel.messages import Usage
from holdfast.observability.calls import EndedCall, Ending
from holdfast.observability.costs import CostTable, Owner
from holdfast.observability.groups import By
from holdfast.surfaces.cli.asking.instants import since_instant, until_instant
from holdfast.surfaces.cli.showing.costs_table import print_costs
from tests.surfaces.cli.program import Program

NOW = 1_800_000_000.0
DAY = 86_400.0
OWNER = Owner(RunId("run_01"), "desk", "default")


@pytest.fixture
def shop(holdfast: Program) -> Program:
    """A store with two runs of one app, and one that has begun runs of its own."""
    for _ in range(2):
        assert holdfast("run", "greet", "hello", "--json").code == 0
    holdfast("run", "boss", "hello", "--json")
    return holdfast


def test_every_call_is_counted_once_also_those_of_runs_that_a_run_has_begun(shop: Program) -> None:
    told = shop("costs", "--json").json
    runs = shop("runs", "--json").json
    own = sum(one["usage"]["input_tokens"] for one in runs if one["app"] != "boss")  # whose figures are of its children
    assert told["total"]["input_tokens"] == own > 0
    assert told["total"]["calls"] == sum(line["calls"] for line in told["lines"])
    assert (told["runs"], told["runs_unreadable"]) == (len(runs), 0)


@pytest.mark.parametrize("by", ["run", "agent", "model", "tenant", "day", "app"])
def test_the_lines_come_to_the_total_whatever_they_are_told_by(shop: Program, by: str) -> None:
    told = shop("costs", "--by", by, "--json").json
    assert told["by"] == by
    for figure in ("calls", "input_tokens", "output_tokens", "calls_of_unknown_cost"):
        assert sum(line[figure] for line in told["lines"]) == told["total"][figure]
    assert all(line[by] for line in told["lines"])
    assert shop("costs", "--by", by).out.count("\n") == len(told["lines"]) + 2


def test_one_run_is_told_with_those_it_has_begun(shop: Program) -> None:
    boss = next(one for one in shop("runs", "--json").json if one["app"] == "boss")
    children = shop("runs", "--parent", boss["run_id"], "--json").json
    told = shop("costs", "--run", boss["run_id"][-8:], "--by", "run", "--json").json
    assert told["runs"] == 1 + len(children)
    assert {line["run"] for line in told["lines"]} <= {boss["run_id"], *(one["run_id"] for one in children)}
    assert told["total"]["calls"] == sum(one["usage"]["turns"] for one in children)


def test_only_what_is_asked_for_is_counted(shop: Program) -> None:
    assert shop("costs", "--since", "1d", "--json").json["total"]["calls"] > 0
    assert shop("costs", "--until", "2020-01-01", "--json").json["total"]["calls"] == 0
    assert shop("costs", "--tenant", "nobody", "--json").json["runs"] == 0
    assert shop("costs", "--tenant", "default", "--json").json["runs"] > 0


def test_where_there_is_no_store_there_are_no_costs(holdfast: Program) -> None:
    told = holdfast("costs", "--json").json
    assert (told["lines"], told["total"]["calls"], told["total"]["cost_usd"]) == ([], 0, 0.0)
    assert holdfast("costs", "--run", "ABCDEF").code == 2


@pytest.mark.parametrize("given", ["yesterday", "2026-13-01", "3"])
def test_an_instant_that_means_nothing_is_refused(holdfast: Program, given: str) -> None:
    assert holdfast("costs", "--since", given).code == 2


def test_a_span_that_ends_before_it_begins_is_refused(holdfast: Program) -> None:
    done = holdfast("costs", "--since", "2026-11-20", "--until", "2026-11-10")
    assert (done.code, done.out) == (2, "")
    assert "expected --since before --until" in done.err
    assert holdfast("costs", "--since", "2026-11-20", "--until", "2026-11-20").code == 0


def test_a_day_is_one_of_coordinated_universal_time_and_until_takes_all_of_it() -> None:
    first = since_instant("2027-01-15", NOW)
    assert until_instant("2027-01-15", NOW) - first == DAY
    assert first % DAY == 0
    assert since_instant("2d", NOW) == until_instant("2d", NOW) == NOW - 2 * DAY
    assert since_instant(None, NOW) < 0 < NOW < until_instant(None, NOW)
    with pytest.raises(InputError, match="such as 2026-11-20"):
        since_instant("soon", NOW)


def test_an_erased_run_is_told_as_one_that_cannot_be_read(holdfast: Program) -> None:
    assert holdfast("run", "greet", "hello", "--subject", "ann", "--json").code == 0
    before = holdfast("costs", "--json").json
    assert before["total"]["calls"] > 0
    assert holdfast("erase", "ann").code == 0
    after = holdfast("costs", "--json").json
    assert (after["runs_unreadable"], after["total"]["calls"]) == (1, 0)
    assert "could not be read" in holdfast("costs").out


@pytest.mark.parametrize(("width", "left_out"), [(200, []), (80, ["first p95", "reasoning", "cached"])])
def test_what_has_no_room_is_left_out_and_named_never_cut(width: int, left_out: list[str]) -> None:
    table = CostTable(By.MODEL)
    usage = Usage(input_tokens=9_800_000, output_tokens=412_600, cost_usd=16.51)
    table.add(EndedCall(NOW, "a", "anthropic:claude-sonnet-4-6", 1, Ending.REPLIED, usage, 4.2), OWNER)
    text = io.StringIO()
    print_costs(table.told(runs=1, unreadable=0), Console(file=text, width=width))
    shown = text.getvalue()
    header, line, *_ = shown.splitlines()
    assert "anthropic:claude-sonnet-4-6" in line
    assert "$16.51" in line
    assert "…" not in shown
    assert ("too narrow for " in shown) is bool(left_out)
    assert all(column not in header for column in left_out)
