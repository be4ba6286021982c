"""Whether what is left of a run's budget can pay for a plan, as far as that is known before it runs."""

from collections.abc import Collection, Iterator

from holdfast.kernel.limits import EXACT_USD
from holdfast.orchestration.plan.schema import Plan
from holdfast.orchestration.planning.allowed import Allowed, Left


def of_budget(plan: Plan, allowed: Allowed, left: Left, kept: Collection[str]) -> Iterator[str]:
    """Yield what cannot be paid. An agent takes a turn at least, another step a call; shares are of what is left."""
    steps = [step for step in plan.steps if step.name not in kept]
    for step in steps:
        if step.share is not None and not 0 < step.share <= 1:
            yield f"{step.name}: expected a share above 0 and of at most 1, found {step.share:g}"
    shares = sum(step.share for step in steps if step.share is not None)
    if shares > 1 + EXACT_USD:
        yield f"expected shares of at most 1 together, found {shares:g}"
    agents = sum(step.kind == "agent" for step in steps)
    calls = len(steps) - agents
    for wanted, of, what in ((agents, left.turns, "turns"), (calls, left.tool_calls, "tool calls")):
        if of is not None and wanted > of:
            yield f"expected at most {of} {what}, which is what is left, found {wanted} steps that take one each"
    for amount, unit in ((left.tokens, "tokens"), (left.usd, "dollars")):
        if agents and amount is not None and amount <= 0:
            yield f"expected steps without agents, for no {unit} are left, found {agents} with one"
    for step in steps:
        yield from _of_share(step.name, step.kind, step.uses, step.share, allowed, left)


def _of_share(name: str, kind: str, uses: str, share: float | None, allowed: Allowed, left: Left) -> Iterator[str]:
    """Yield what an agent could not even begin with: its reply alone may take as many tokens as its limit says."""
    agent = allowed.agents.get(uses) if kind == "agent" else None
    if agent is None or share is None or left.tokens is None or not 0 < share <= 1:
        return
    least = min(agent.output_tokens_max, agent.budget.tokens or agent.output_tokens_max)
    if share * left.tokens < least:
        yield (
            f"{name}: expected a share of which agent {uses} can reply once ({least:,} tokens), "
            f"found {share:g} of {left.tokens:,} tokens: plan fewer steps, or give it more"
        )
