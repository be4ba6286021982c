"""The bugs that are planted, one at a time: a piece of the source, and what stands there instead.

Each is a mistake that a durable runtime can make and stay plausible. Nothing of Holdfast may be imported here: what is
imported is planted already.
"""

from typing import NamedTuple


class Mutant(NamedTuple):
    """A bug, and the suites that are asked for it, the likeliest first."""

    module: str
    old: str
    new: str
    suites: tuple[str, ...] = ("simulation", "crash", "stores")


RULES = "holdfast.journal.stores.rules"
SCHEDULED = ("simulation", "crash")

MUTANTS: dict[str, Mutant] = {
    "no fencing": Mutant(
        RULES,
        "    if commit.epoch != standing.epoch:\n        return Lost(standing.epoch)\n",
        "",
        ("stores", "simulation"),
    ),
    "a version gap is accepted": Mutant(
        RULES,
        "    if commit.expected != standing.version:\n        return Stale(standing.version)\n",
        "",
        ("stores", "simulation"),
    ),
    "a lost reply is taken for a refusal": Mutant(
        RULES, "    if _is_repeat(commit, standing):", "    if False:", ("stores",)
    ),
    "two drivers hold one run": Mutant(RULES, "    if standing.lease_until > now:", "    if False:", ("simulation",)),
    "a lease never runs out": Mutant(RULES, "    if standing.lease_until > now:", "    if standing.worker:"),
    "a timer is lost while parking": Mutant(RULES, "else commit.parking.wake_at", "else None"),
    "mail is lost while parking": Mutant(
        RULES, "now if mail > commit.parking.inbox_read else commit.parking.wake_at", "commit.parking.wake_at"
    ),
    "any letter reopens a run that is over": Mutant(
        RULES, "if standing.is_over and letter.reopens == standing.version:", "if standing.is_over:", ("stores",)
    ),
    "a neighbour fails with a stale commit": Mutant(
        "holdfast.journal.stores.sqlite.group",
        "            batch.flush()\n",
        "            if len(group) > 1 and any(type(each).__name__ == 'Stale' for each in answers):\n"
        "                raise JournalError('a commit of the group is stale')\n"
        "            batch.flush()\n",
        ("stores",),
    ),
    "acknowledged before it is committed": Mutant(
        "holdfast.journal.recorder",
        "        version = self.state.version\n",
        "        version = self._durable\n",
    ),
    "the intent is not waited for": Mutant(
        "holdfast.integration.tools.stages.intent",
        "        if invocation.effect.needs_intent:\n",
        "        if False:\n",
    ),
    "the key comes from the model's call": Mutant(
        "holdfast.integration.tools.keys",
        "idempotency_key(order.tenant, order.run, place, arguments, order.family)",
        'order.call.call_id or "call_0"',
    ),
    "the key changes with each attempt": Mutant(
        "holdfast.integration.tools.keys",
        "idempotency_key(order.tenant, order.run, place, arguments, order.family)",
        "idempotency_key(order.tenant, order.run, place, arguments, order.attempt)",
    ),
    "an unsafe call is made again": Mutant(
        "holdfast.kernel.effects",
        "return self in (Effect.PURE, Effect.READ, Effect.KEYED)",
        "return True",
        ("crash", "simulation"),
    ),
    "a timeout passes for a failure": Mutant(
        "holdfast.integration.tools.lost",
        "        case Effect.TRANSACTIONAL | Effect.UNSAFE:\n"
        "            return Unknown(in_doubt=True, reason=message)\n",
        "        case Effect.TRANSACTIONAL | Effect.UNSAFE:\n"
        "            return Failed(fault(ErrorKind.TIMEOUT, message, retryable=True))\n",
    ),
    "a finished step is done again": Mutant(
        "holdfast.journal.fold.steps",
        "            outcome=event.outcome,\n",
        "            outcome=event.outcome if event.attempt > 1 else None,\n",
        ("crash", "simulation"),
    ),
    "a reservation leaks": Mutant(
        "holdfast.journal.fold.turns",
        "reserved=state.reserved - agent.reserved,\n        reserved_usd=_freed_usd(state, agent),\n        charges",
        "reserved_usd=_freed_usd(state, agent),\n        charges",
    ),
    "nobody sweeps": Mutant(
        "holdfast.dispatch.sweep",
        "heads = await index.due(until, count_max + len(passed_over))",
        "heads: list[Head] = []",
    ),
    "a lease is not renewed": Mutant(
        "holdfast.orchestration.driving.worker",
        "                driver.renew()\n",
        "                pass\n",
        ("simulation",),
    ),
    "a cancellation is read and forgotten": Mutant(
        "holdfast.orchestration.driving.mailroom",
        "                self._recorder.append(CancelRequested(",
        "                str(CancelRequested(",
    ),
    "double child": Mutant(
        "holdfast.orchestration.moves.children",
        'child_run_id(run.run, path if number == 1 else f"{path}#{number}")',
        'child_run_id(run.run, f"{path}#{run.drivers}")',
        ("simulation",),
    ),
    "a child is begun under an id of its own": Mutant(
        "holdfast.intent.admit",
        "        return request.lineage.run\n",
        "        return new_run_id(now, randomness)\n",
        ("simulation",),
    ),
    "a run ends before its children": Mutant(
        "holdfast.orchestration.walk.ending",
        "    if run.children_open:\n        return\n",
        "",
        ("simulation",),
    ),
    "a run ends before its saga is undone": Mutant(
        "holdfast.orchestration.walk.ending", "    if run.sagas:\n        return\n", "", ("crash",)
    ),
    "the end of a child is told to nobody": Mutant(
        "holdfast.journal.correspondence", "if state.parent is not None", "if False", ("simulation",)
    ),
    "a child begins before that is durable": Mutant(
        "holdfast.orchestration.driving.parenting",
        "        await recorder.durable()\n",
        "",
        ("simulation",),
    ),
    "an interrupted call passes for none": Mutant(
        "holdfast.execution.interrupt", "        if step.is_open:\n", "        if False:\n", ("simulation",)
    ),
    "what calls in flight have reserved does not count": Mutant(
        "holdfast.execution.decide", "spend, run.reserved, run.reserved_usd)", "spend)", ("budgets",)
    ),
    "dollars are reserved when the bill comes": Mutant(
        "holdfast.journal.fold.turns",
        "        reserved_usd=event.reserved_usd,\n        reserved_at",
        "        reserved_usd=0.0,\n        reserved_at",
        ("budgets",),
    ),
    "a child's share is not taken from its parent": Mutant(
        "holdfast.journal.fold.children",
        "lent = plus(lent, taken_by(state.children[run].budget))",
        "lent = plus(lent, NOTHING_SPENT)",
        ("budgets",),
    ),
    "a child is lent what its parent's calls have reserved": Mutant(
        "holdfast.governance.shares", "spend.usd + account.reserved_usd", "spend.usd", ("budgets",)
    ),
    "a call that was lost costs nothing": Mutant(
        "holdfast.execution.interrupt", "cost_usd = agent.reserved_usd", "cost_usd = 0.0", ("budgets",)
    ),
    "the reply may be as long as ever": Mutant(
        "holdfast.governance.budget",
        "        allowance, usd = within, price.cost_usd_max(input_tokens, within)\n",
        "        str(within)\n",
        ("budgets",),
    ),
}
