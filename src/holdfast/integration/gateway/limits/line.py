"""Who of those that wait for a model goes next: lanes with ageing, and tokens shared fairly between tenants. Pure.

Inside a lane each tenant has a virtual token counter (Sheng et al., "Fairness in Serving Large Language Models", OSDI
2024): whoever has had the least goes first; who comes back after a pause begins at the level of those who stayed.
"""

import itertools
from collections import deque
from collections.abc import Iterator

import msgspec

from holdfast.dispatch.port import Lane
from holdfast.integration.gateway.limits.rate import Taken

AGE_SECONDS = 30.0
"""A lane that has waited that long is served like the next more urgent one, and so on: nobody waits for ever."""
WAITING_MAX = 10_000
TENANTS_REMEMBERED_MAX = 10_000
"""Of how many tenants is known what they have had; beyond that those who do not wait begin anew."""
OUTPUT_WEIGHT = 4.0
"""What a token of output counts against one of input, about as providers charge them."""


class Waiting(msgspec.Struct, frozen=True, eq=False):
    """A call that waits for its turn."""

    tenant: str
    lane: Lane
    wanted: Taken
    since: float
    group: str = ""
    """Whom it can be sent to, told by name: of a tenant's calls those that wait for one place hold up no others."""


def cost_of(taken: Taken) -> float:
    """Return what ``taken`` counts in a tenant's counter."""
    return taken.input_tokens + OUTPUT_WEIGHT * taken.output_tokens


class Line:
    """The calls that wait. A tenant's calls of one lane and group keep their order."""

    def __init__(self) -> None:
        self._queues: dict[tuple[Lane, str, str], deque[Waiting]] = {}
        self._counters: dict[str, float] = {}
        self._count = 0
        self._turns = itertools.count(1)
        self._served: dict[Lane, int] = {}

    def __len__(self) -> int:
        return self._count

    @property
    def is_full(self) -> bool:
        """Whether nobody more may wait."""
        return self._count >= WAITING_MAX

    def join(self, call: Waiting) -> None:
        """Let ``call`` wait."""
        if not self._waits(call.tenant):
            self._lift(call.tenant)
        self._queues.setdefault((call.lane, call.tenant, call.group), deque()).append(call)
        self._count += 1

    def leave(self, call: Waiting) -> None:
        """Forget ``call``: it goes now, or nobody wants it any more. Harmless if it does not wait."""
        queue = self._queues.get((call.lane, call.tenant, call.group))
        if queue is None or call not in queue:
            return
        queue.remove(call)
        self._count -= 1
        if not queue:
            del self._queues[call.lane, call.tenant, call.group]

    def serve(self, call: Waiting, cost: float) -> None:
        """Let ``call`` go, and count what it is expected to cost its tenant."""
        self.leave(call)
        self._served[call.lane] = next(self._turns)
        self.charge(call.tenant, cost)

    def charge(self, tenant: str, cost: float) -> None:
        """Count what a tenant has had, or by a negative cost what it was charged too much."""
        self._counters[tenant] = max(0.0, self._counters.get(tenant, 0.0) + cost)
        if len(self._counters) > TENANTS_REMEMBERED_MAX:
            waiting = {each for _, each, _ in self._queues} | {tenant}
            self._counters = {each: had for each, had in self._counters.items() if each in waiting}

    def order(self, now: float) -> Iterator[Waiting]:
        """Yield the calls at the heads, the one to go next first: by lane, and inside a lane by tenant."""
        lanes: dict[Lane, list[Waiting]] = {}
        for (lane, _, _), queue in self._queues.items():
            lanes.setdefault(lane, []).append(queue[0])
        for lane in sorted(lanes, key=lambda lane: self._rank(lane, lanes[lane], now)):
            yield from sorted(lanes[lane], key=lambda head: (self._counters.get(head.tenant, 0.0), head.since))

    def _rank(self, lane: Lane, heads: list[Waiting], now: float) -> tuple[int, int]:
        """A lane whose first call has waited long counts as more urgent; of lanes alike the one passed over longest."""
        waited = now - min(head.since for head in heads)
        return max(0, lane - int(max(0.0, waited) / AGE_SECONDS)), self._served.get(lane, 0)

    def _waits(self, tenant: str) -> bool:
        return any(each == tenant for _, each, _ in self._queues)

    def _lift(self, tenant: str) -> None:
        """Who was away has saved nothing up: begin at the least of those who wait."""
        waiting = [self._counters.get(each, 0.0) for _, each, _ in self._queues]
        if waiting:
            self._counters[tenant] = max(self._counters.get(tenant, 0.0), min(waiting))
