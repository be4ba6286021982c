"""What the search says of a small flow is what becomes of it in every way in which the runtime can run it."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from holdfast.orchestration.flow.nodes import Node
from tests.orchestration.plays import SAFE, plays
from tests.verify.comparing import BOUNDS, UNREDUCED, differences, searched
from tests.verify.oracle import Lived, live_all
from tests.verify.small_flows import Small, ends_at_once_beside_others, retries_at_random

QUICK_SEEDS, QUICK_EXECUTIONS_MAX = 25, 40
BLOCKS, FLOWS_A_BLOCK, EXECUTIONS_MAX = 10, 50, 150
SEEDS_A_BLOCK = 400
CALLS_MIN, CALLS_MAX = 2, 6


def small(seeds: range) -> Iterator[tuple[int, Node]]:
    """Yield the flows that are neither trivial nor too wide, and whose order in time is all chosen from outside."""
    for seed in seeds:
        made = Small(seed)
        flow = made.flow()
        is_chosen = not ends_at_once_beside_others(flow) and not retries_at_random(flow)
        if CALLS_MIN <= made.calls <= CALLS_MAX and is_chosen:
            yield seed, flow


def check(flow: Node, lived: Lived) -> None:
    """Raise AssertionError where the search, reduced or not, says anything else than the runs."""
    for bounds in (BOUNDS, UNREDUCED):
        assert differences(searched(flow, bounds), lived) == [], flow


def compared(flows: Iterator[tuple[int, Node]], executions_max: int, flows_max: int) -> int:
    """Compare at most so many flows, of those that can be run in every way; return how many there were."""
    number = 0
    for _, flow in flows:
        lived = asyncio.run(live_all(flow, executions_max))
        if lived.is_whole:
            check(flow, lived)
            number += 1
        if number == flows_max:
            break
    return number


def test_the_verdict_on_a_few_flows_is_that_of_running_them_in_every_way() -> None:
    assert compared(small(range(QUICK_SEEDS)), QUICK_EXECUTIONS_MAX, QUICK_SEEDS) >= QUICK_SEEDS // 5


@pytest.mark.slow
@pytest.mark.timeout(1_500)
@pytest.mark.parametrize("block", range(BLOCKS))
def test_the_verdict_on_five_hundred_flows_is_that_of_running_them_in_every_way(block: int) -> None:
    seeds = range(block * SEEDS_A_BLOCK, (block + 1) * SEEDS_A_BLOCK)
    assert compared(small(seeds), EXECUTIONS_MAX, FLOWS_A_BLOCK) == FLOWS_A_BLOCK


@pytest.mark.slow
@pytest.mark.timeout(1_500)
@settings(max_examples=300)
@given(plays(depth=2, functions=SAFE))
def test_the_verdict_on_random_plays_is_that_of_running_them_in_every_way(flow: Node) -> None:
    if ends_at_once_beside_others(flow):
        return
    lived = asyncio.run(live_all(flow, QUICK_EXECUTIONS_MAX))
    if lived.is_whole:
        check(flow, lived)
