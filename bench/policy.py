"""What a decision of policies costs, beside Cedar asked the plain way, on the same policies and the same requests.

The desk of a shop of many tools, with 20 and with 200 policies, of which a few bear on each call. Every request is for
another amount, so nothing is remembered. ``parsed_once`` hands cedarpy a policy set that it keeps, ``parsed_each_time``
the text, as its simplest use does: both with the whole set and the whole context. Ways take turns in one process.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import cedarpy

from bench.machine import Machine, describe_machine, load_average
from holdfast.governance.policy.deciding import Policies
from holdfast.governance.policy.declared import Declared, DeclaredAgent, DeclaredTool, Source
from holdfast.governance.policy.rules import rules_of
from holdfast.governance.verdict import Allow, Ask, CallRequest
from holdfast.kernel.effects import IRREVERSIBLE, Effect

DECISIONS, TURNS = 2_000, 7
PARSED_EACH_TIME_SHARE = 20
"""That way is measured on so many times fewer decisions."""
SIZES = (20, 200)
POLICIES_A_TOOL = 4


@dataclass(frozen=True, slots=True)
class Size:
    """What one decision takes under so many policies, in microseconds of CPU."""

    policies: int
    bearing: int
    """How many of them bear on the call."""
    decide_us: float
    """A request nobody has made before."""
    again_us: float
    """The same request as the one before."""
    parsed_once_us: float
    parsed_each_time_us: float
    parsed_once_ratio: float
    """How many times what ``decide`` takes, turn by turn."""
    parsed_each_time_ratio: float


@dataclass(frozen=True, slots=True)
class Decisions:
    """What decisions cost."""

    decisions: int
    sizes: tuple[Size, ...]
    cedarpy: str
    machine: Machine


class Shop:
    """Policies over many tools, and requests to refund ever other amounts."""

    def __init__(self, size: int) -> None:
        tools = tuple(_tool(f"tool_{number}") for number in range(size // POLICIES_A_TOOL))
        agent = DeclaredAgent(name="desk", tools=tuple(tool.name for tool in tools))
        declared = Declared(app="shop", tools=tools, agents=(agent,))
        self.text = "\n".join(_policies_of(tool.name) for tool in tools)
        files = (Source("shop.cedar", self.text),)
        self.policies = Policies(declared, (*rules_of(declared, has_files=True), *files))
        self.parsed = cedarpy.PolicySet.from_str(self.text)
        self._asked = 0

    @property
    def bearing(self) -> int:
        found = self.policies.bearing_on("tool_0", "desk")
        return 0 if found is None else len(found.policies)

    def decide(self) -> None:
        self._asked += 1
        assert isinstance(self.policies.decide(_request(self._asked)), Allow | Ask)

    def again(self) -> None:
        assert isinstance(self.policies.decide(_request(0)), Allow | Ask)

    def parsed_once(self) -> None:
        self._asked += 1
        assert cedarpy.is_authorized(_plain(self._asked), self.parsed, []).allowed

    def parsed_each_time(self) -> None:
        self._asked += 1
        assert cedarpy.is_authorized(_plain(self._asked), self.text, []).allowed


def _tool(name: str) -> DeclaredTool:
    amount = {"anyOf": [{"type": "number"}, {"type": "string"}]}
    properties = {"order_id": {"type": "string"}, "amount": amount}
    parameters: dict[str, object] = {"properties": properties, "required": list(properties)}
    return DeclaredTool(name=name, effect=Effect.KEYED, reversibility=IRREVERSIBLE, parameters=parameters)


def _policies_of(tool: str) -> str:
    scope = f'(principal == Agent::"desk", action == Action::"{tool}", resource)'
    return f"""
@id("{tool}") permit {scope} when {{ context.args.amount.lessThanOrEqual(decimal("100000.0")) }};
@id("{tool}-much") @verdict("ask") permit {scope} when {{ context.args.amount.greaterThan(decimal("1000.0")) }};
@id("{tool}-late") forbid {scope} when {{ context.turns > 20 }};
@id("{tool}-dear") forbid {scope} when {{ context.spent_usd.greaterThan(decimal("0.5")) }};
"""


def _request(number: int) -> CallRequest:
    return CallRequest(
        tool="tool_0",
        arguments={"order_id": "4711", "amount": f"{number / 100:.2f}"},
        effect=Effect.KEYED,
        reversibility=IRREVERSIBLE,
        app="shop",
        node="shop/desk",
        agent="desk",
        user="ada",
        spent_usd=0.0123,
        turns=2,
    )


def _plain(number: int) -> dict[str, object]:
    amount = {"__extn": {"fn": "decimal", "arg": f"{number / 100:.2f}"}}
    spent = {"__extn": {"fn": "decimal", "arg": "0.0123"}}
    return {
        "principal": 'Agent::"desk"',
        "action": 'Action::"tool_0"',
        "resource": 'App::"shop"',
        "context": {"args": {"order_id": "4711", "amount": amount}, "turns": 2, "spent_usd": spent},
    }


def measure(decisions: int, folder: Path) -> Decisions:
    """Take turns, and return what each way took."""
    before = load_average()
    sizes = tuple(_sized(Shop(size), size, decisions) for size in SIZES)
    return Decisions(decisions, sizes, version("cedarpy"), describe_machine(folder, before))


def _sized(shop: Shop, size: int, decisions: int) -> Size:
    few = max(1, decisions // PARSED_EACH_TIME_SHARE)
    kept = ((way, decisions) for way in (shop.decide, shop.again, shop.parsed_once))
    ways = (*kept, (shop.parsed_each_time, few))
    for way, _ in ways:
        way()
    taken = [[_microseconds(way, times) for way, times in ways] for _ in range(TURNS)]
    medians = [round(statistics.median(turn[way] for turn in taken), 1) for way in range(len(ways))]
    ratios = [round(statistics.median(turn[way] / turn[0] for turn in taken), 2) for way in (2, 3)]
    return Size(size, shop.bearing, *medians, *ratios)


def _microseconds(way: Callable[[], None], times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        way()
    return (time.process_time() - began) / times * 1e6


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=DECISIONS, help="how many decisions a turn makes")
    parser.add_argument("--json", action="store_true", help="print JSON: it always does")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        print(json.dumps(asdict(measure(given.decisions, Path(folder))), indent=2))


if __name__ == "__main__":
    main()
