"""Gathers what is put before whoever decides of a call: what it is for, what it would do, where its arguments stand."""

from collections.abc import Iterator

from holdfast.governance.escalation import Grounds, Way
from holdfast.governance.verdict import Ask
from holdfast.integration.tools.caught import Raised
from holdfast.integration.tools.companion import Companion
from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.edge import awaited
from holdfast.integration.tools.invocation import Invocation
from holdfast.integration.tools.lost import is_open
from holdfast.integration.tools.sources import evidence_for, sources_of
from holdfast.integration.tools.threads import Threads
from holdfast.integration.tools.visible import one_line
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.fold.state import NodeState
from holdfast.kernel.clock import Clock
from holdfast.kernel.effects import IRREVERSIBLE

IMPACT_SECONDS_MAX = 5.0
GOAL_CHARACTERS_MAX, WORDS_CHARACTERS_MAX, IMPACT_CHARACTERS_MAX = 2_000, 2_000, 600


async def grounds_of(invocation: Invocation, verdict: Ask, clock: Clock, threads: Threads) -> Grounds:
    """Return what is to be known of the call. Raises JournalError if what the caller has seen cannot be read."""
    tool, order, recorder = invocation.tool, invocation.order, invocation.desk.recorder
    state, node = recorder.state, recorder.state.nodes[order.node]
    sources = await sources_of(node, state, recorder.payloads)
    return Grounds(
        tool=tool.name,
        arguments=invocation.canonical.decode(),
        effect=tool.effect,
        reversibility=tool.reversibility,
        reason=verdict.reason,
        policies=verdict.policies,
        goal=one_line(next((each.text for each in sources if each.is_task), state.title), GOAL_CHARACTERS_MAX),
        words=one_line(await _words(invocation, node), WORDS_CHARACTERS_MAX),
        caller=None if order.is_node else node.path.rpartition("/")[2],
        user=state.user,
        options=tuple(_options(tool, await _impact(invocation, clock, threads), may_edit=not is_open(invocation))),
        evidence=evidence_for(invocation.canonical, sources),
    )


async def _words(invocation: Invocation, node: NodeState) -> str:
    if node.agent is None or node.agent.reply is None:
        return ""
    return (await invocation.desk.recorder.payloads.fetch_message(node.agent.reply)).text


def _options(tool: Tool, impact: str, *, may_edit: bool) -> Iterator[Way]:
    match tool.reversibility:
        case None:
            undone = "it changes nothing"
        case reversibility if reversibility == IRREVERSIBLE:
            undone = "nothing undoes it"
        case undo:
            undone = f"{undo} undoes it"
    does = f"{impact}; {undone}" if impact else f"{tool.name} is called with these arguments; {undone}"
    yield Way(Ruling.APPROVE, does)
    if not may_edit:
        yield Way(Ruling.REJECT, "it is not made again; what became of it before is then to be found out")
        return
    yield Way(Ruling.EDIT, f"{tool.name} is called with the arguments that you give, once they are found to be allowed")
    yield Way(Ruling.REJECT, "nothing is done; the caller is told why")


async def _impact(invocation: Invocation, clock: Clock, threads: Threads) -> str:
    """Return what the tool says that would come of it. Nobody is kept from deciding by a function that fails."""
    impact = invocation.tool.impact
    if not isinstance(impact, Companion):
        return impact or ""
    held = invocation.desk.resources
    if missing := [resource.__name__ for resource in impact.provided.values() if resource not in held]:
        return f"what would come of it is not known (the run holds no {missing[0]})"
    values = impact.values(invocation.values, None, held)
    try:
        async with clock.timeout(IMPACT_SECONDS_MAX):
            if impact.is_async:
                said = await awaited(impact.function(**values))
            else:
                await threads.reserve()
                said = await awaited(threads.start(impact.function, values))
    except TimeoutError:
        return f"what would come of it is not known (no answer in {IMPACT_SECONDS_MAX:g} seconds)"
    if isinstance(said, Raised):
        said = f"what would come of it is not known ({type(said.error).__name__}: {said.error})"
    return one_line(str(said), IMPACT_CHARACTERS_MAX)
