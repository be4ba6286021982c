"""A hundred recorded runs of gpt-4o over a real MCP server: what it called ends the same way under our executor."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast.integration.gateway.lines import answer, call
from tests.execution.taubench import FOLDER, Recorded, needs_recordings, recorded, script_of
from tests.integration.mcp.tau2 import Step, Tau2, live

pytestmark = [needs_recordings, pytest.mark.slow, pytest.mark.timeout(1_200)]
Counted = Callable[[str, object], None]
OWN = ("think", "respond")

SAME = "the same"
CAPITAL = "the error begins with a capital now"
PROVINCE = "the database says state where the recorded tool said province"
CABIN = "the recorded tool changed the flights and left the cabin in the reservation as it was"
OVERNIGHT = "after a night flight the recorded tool told the next one's seats and prices of the day before"
AIRPORTS = "the recorded tool gave the airports as one object, this one as a list"


async def test_what_gpt_4o_called_succeeds_or_fails_as_it_did_then(tmp_path: Path, record_property: Counted) -> None:
    counted: Counter[str] = Counter()
    unexplained = []
    for number, run in enumerate(recorded()):
        folder = tmp_path / str(number)
        folder.mkdir()
        world = Tau2("airline", folder)
        lines, _ = script_of(run, lambda name: name if name in OWN else f"airline__{name}")
        steps = await live(world, lines, run.task)
        for step, then in zip(steps, _results(run), strict=True):
            assert step.is_error or step.is_shown_whole_or_begun
            failed_then = then.startswith("Error")
            counted["failed" if step.is_error else "succeeded"] += 1
            reason = _why(step, then) if step.is_error == failed_then else ""
            counted[reason] += 1
            if not reason:
                unexplained.append((run.name, step.name, step.arguments, then[:300], step.content[:300]))
        (folder / world.state_file).unlink()
    record_property("counted", f"563 recorded calls: {_told(counted)}")
    assert unexplained == []
    assert (counted["succeeded"], counted["failed"]) == (500, 63)
    assert {reason: counted[reason] for reason in (SAME, CAPITAL, PROVINCE, CABIN, OVERNIGHT, AIRPORTS)} == {
        SAME: 385, CAPITAL: 63, PROVINCE: 63, CABIN: 45, OVERNIGHT: 5, AIRPORTS: 2,
    }  # fmt: skip


async def test_what_the_retail_tasks_want_is_done_unless_the_database_forbids_it(
    tmp_path: Path, record_property: Counted
) -> None:
    tasks = json.loads((FOLDER / "tasks_retail.json").read_text(encoding="utf-8"))
    database = json.loads(gzip.decompress((FOLDER / "db_retail.json.gz").read_bytes()))
    counted: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    unexplained = []
    for number, task in enumerate(tasks):
        folder = tmp_path / str(number)
        folder.mkdir()
        world = Tau2("retail", folder)
        lines = [call(f"retail__{each['name']}", each["kwargs"]) for each in task["actions"]]
        steps = await live(world, [*lines, answer("done")], task["instruction"])
        counted.update("failed" if step.is_error else "succeeded" for step in steps)
        for step in (each for each in steps if each.is_error):
            failed[step.content] += 1
            if not _is_so(step, database):
                unexplained.append((number, step.name, step.arguments, step.content))
        (folder / world.state_file).unlink()
    record_property("counted", f"582 wanted calls: {_told(counted)}; {_told(failed)}")
    assert unexplained == []
    assert (counted["succeeded"], counted["failed"]) == (558, 24)


def _is_so(step: Step, database: dict[str, Any]) -> bool:
    """Whether the error tells what stands in the database: some of what the tasks want cannot be done."""
    given = step.arguments
    order = database["orders"].get(given.get("order_id"), {})
    match step.content:
        case "Error: Product not found":
            return given["product_id"] not in database["products"]
        case "Error: User not found":
            return not any(_is_user(user, given) for user in database["users"].values())
        case "Error: Order not found":
            return not order
        case "Error: Payment method should be the original payment method":
            return all(given["payment_method_id"] != each["payment_method_id"] for each in order["payment_history"])
        case "Error: Non-delivered order cannot be exchanged":
            return bool(order["status"] != "delivered")
        case "Error: Insufficient gift card balance to pay for the price difference":
            return _price(database, given["new_item_ids"]) - _price(database, given["item_ids"]) > _balance(
                step, database
            )
        case _:
            return False


def _is_user(user: dict[str, Any], given: dict[str, Any]) -> bool:
    if "email" in given:
        return bool(user["email"].lower() == given["email"].lower())
    found = (user["name"]["first_name"].lower(), user["name"]["last_name"].lower(), user["address"]["zip"])
    return found == (given["first_name"].lower(), given["last_name"].lower(), given["zip"])


def _price(database: dict[str, Any], items: list[str]) -> float:
    prices = {
        item: each["price"] for product in database["products"].values() for item, each in product["variants"].items()
    }
    total: float = sum(prices[item] for item in items)
    return total


def _balance(step: Step, database: dict[str, Any]) -> float:
    owner = database["users"][database["orders"][step.arguments["order_id"]]["user_id"]]
    balance: float = owner["payment_methods"][step.arguments["payment_method_id"]]["balance"]
    return balance


def _told(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in counted.most_common())


def _results(run: Recorded) -> Iterator[str]:
    """Yield what the server's tools gave when the run was recorded."""
    for message in run.messages:
        if message["role"] == "tool" and message["name"] not in OWN:
            yield str(message["content"])


def _why(step: Step, then: str) -> str:
    """Return why the result is another than it was then, SAME if it is not, and nothing if nobody knows."""
    now, before = _value(step.content), _value(then)
    differing = sorted(set(_differences(now, before)))
    if not differing:
        return SAME
    if step.is_error:
        return CAPITAL if step.content.lower() == then.lower() else ""
    match step.name, differing:
        case "get_user_details", ["address.province"] if now["address"]["state"] == before["address"]["province"]:
            return PROVINCE
        case (("update_reservation_flights" | "update_reservation_baggages"), ["cabin"]):
            return CABIN
        case "search_onestop_flight", _ if _differ_after_a_night_only(now, before):
            return OVERNIGHT
        case "list_all_airports", _ if {each["iata"]: each["city"] for each in now} == before:
            return AIRPORTS
        case _:
            return ""


def _value(content: str) -> Any:
    try:
        return json.loads(content)
    except json.JSONDecodeError:
        return content


def _differences(now: Any, before: Any, path: str = "") -> Iterator[str]:
    """Yield where ``now`` lacks, or says else, what was told ``before``; what is told beside that is no matter."""
    if isinstance(now, dict) and isinstance(before, dict):
        for name, value in before.items():
            place = f"{path}.{name}".removeprefix(".")
            yield from _differences(now[name], value, place) if name in now else (place,)
    elif isinstance(now, list) and isinstance(before, list) and len(now) == len(before):
        for one, other in zip(now, before, strict=True):
            yield from _differences(one, other, f"{path}[]")
    elif now != before:
        yield path


def _differ_after_a_night_only(now: Any, before: Any) -> bool:
    """Whether two lists of pairs differ in the seats and prices of second flights alone, and there after a night."""
    for (first, second), (then, following) in zip(now, before, strict=True):
        places = {each.partition(".")[0] for each in _differences(second, following)}
        after_a_night = "+1" in first["scheduled_arrival_time_est"]
        if [*_differences(first, then)] or not places <= ({"available_seats", "prices"} if after_a_night else set()):
            return False
    return True
