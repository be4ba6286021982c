"""Makes a failing plan small: whatever can be left out and it still fails, is."""

from collections.abc import Iterator

from msgspec.structs import replace

from tests.proof.simulation.plan import Plan
from tests.proof.simulation.run import simulate

ROUNDS_MAX = 20


def shrunk(plan: Plan) -> Plan:
    """Return a plan that fails too, of which nothing more can be left out. ``plan`` must fail."""
    for _ in range(ROUNDS_MAX):
        smaller = next((each for each in _smaller(plan) if simulate(each).wrong), None)
        if smaller is None:
            return plan
        plan = smaller
    return plan


def _smaller(plan: Plan) -> Iterator[Plan]:
    """Yield the plan without one of its faults, without its last run, with one process."""
    for place in range(len(plan.faults)):
        yield replace(plan, faults=plan.faults[:place] + plan.faults[place + 1 :])
    if len(plan.starts) > 1:
        runs = len(plan.starts) - 1
        yield replace(plan, starts=plan.starts[:-1], faults=tuple(each for each in plan.faults if each.who < runs))
    if plan.processes > 1:
        yield replace(plan, processes=1, faults=tuple(each for each in plan.faults if each.who == 0))
