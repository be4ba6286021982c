"""Whatever befalls a cluster: no step is lost or repeated, no stale driver writes, and in the end everything rests."""

import msgspec
import pytest

from tests.proof.simulation.plan import plan
from tests.proof.simulation.run import simulate
from tests.proof.simulation.shrink import shrunk
from tests.proof.simulation.total import total

SEEDS_QUICK = 50
SEEDS = 1_000


def check(seed: int) -> None:
    if simulate(plan(seed)).wrong:
        smallest = shrunk(plan(seed))
        wrong = simulate(smallest).wrong
        pytest.fail(f"scripts/simulate --seeds 1 --seed {seed}: {wrong}\n{msgspec.json.encode(smallest).decode()}")


def test_a_few_seeds_find_nothing_wrong() -> None:
    for seed in range(SEEDS_QUICK):
        check(seed)


@pytest.mark.slow
def test_a_thousand_seeds_find_nothing_wrong() -> None:
    found = total(range(SEEDS_QUICK, SEEDS_QUICK + SEEDS), at_once=2)
    assert found.failed == 0, found.failures
    assert len(found.faults) >= 20, "faults of every kind came to pass"


def test_the_same_plan_goes_the_same_way() -> None:
    for seed in range(0, 30, 6):
        assert simulate(plan(seed)) == simulate(plan(seed))
