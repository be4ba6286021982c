"""A call through the whole pipeline: what is recorded, what the model sees, what reaches the world."""

import asyncio
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.integration.tools.contract import Tool, tool
from holdfast.integration.tools.executor import Executor, standard_stages
from holdfast.integration.tools.invocation import End, Invocation, Refused
from holdfast.integration.tools.stages.audit import GAVE_DIGITS
from holdfast.integration.tools.threads import Threads
from holdfast.integration.tools.visible import visible
from holdfast.journal.events import StepEnded, StepIntended, StepInterrupted
from holdfast.kernel.effects import Effect
from holdfast.kernel.ids import digest
from holdfast.kernel.messages import Role
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.kernel.provenance import Provenance, Trust
from tests.integration.tools.samples import Ledger, count_orders, get_order, refund, saying
from tests.integration.tools.test_arguments import JSON
from tests.integration.tools.workshop import workshop

REFUND = '{"order_id": "4711", "amount": 7}'


async def test_a_call_is_intended_made_and_recorded() -> None:
    async with workshop(refund) as shop:
        shop.resources = {Ledger: (ledger := Ledger())}
        ended = await shop.ended(shop.order("refund", REFUND))
        intent, end = await shop.steps()
        message = await shop.message(ended)
        shown = await shop.read_shown(ended)
    assert isinstance(intent, StepIntended)
    assert ledger.sent == [("4711", 7, intent.key)]
    assert end == StepEnded(
        node="desk",
        turn=1,
        call=1,
        name="refund",
        outcome=Outcome.SUCCEEDED,
        seconds=0.0,
        shown=ended.shown,
        result_bytes=len("refunded"),
        gave=digest(b"refunded")[:GAVE_DIGITS],
    )
    assert (message.role, message.provenance) == (Role.TOOL, Provenance("tool:refund", Trust.UNTRUSTED))
    assert (shown.call_id, shown.tool, shown.content, shown.is_error) == ("toolu_1", "refund", "refunded", False)


async def test_time_is_told_by_the_clock() -> None:
    @tool(effect=Effect.READ)
    async def wait() -> str:
        """Wait."""
        await shop.clock.sleep(3)
        return "waited"

    async with workshop(wait) as shop:
        calling = asyncio.create_task(shop.ended(shop.order("wait")))
        await shop.clock.advance(3)
        assert (await calling).seconds == 3


@pytest.mark.parametrize(
    ("name", "arguments", "granted", "stage", "kind"),
    [
        ("refnd", REFUND, ["refund"], "known", ErrorKind.UNKNOWN_TOOL),
        ("refund", REFUND[:-1], ["refund"], "arguments", ErrorKind.BAD_ARGUMENTS),
        ("refund", '{"order_id": "4711", "amount": 501}', ["refund"], "arguments", ErrorKind.BAD_ARGUMENTS),
        ("refund", REFUND, ["get_order"], "granted", ErrorKind.NOT_GRANTED),
        ("refund", REFUND, [], "granted", ErrorKind.NOT_GRANTED),
    ],
)
async def test_a_refused_call_never_reaches_the_world(
    name: str, arguments: str, granted: list[str], stage: str, kind: ErrorKind
) -> None:
    async with workshop(get_order, refund) as shop:
        shop.resources = {Ledger: (ledger := Ledger())}
        ended = await shop.ended(shop.order(name, arguments, granted=granted))
        assert await shop.steps() == [ended]
        shown = await shop.read_shown(ended)
    assert ledger.sent == []
    assert (ended.outcome, ended.stage, ended.name) == (Outcome.REFUSED, stage, name)
    assert ended.fault is not None
    assert ended.fault.kind is kind
    assert shown.is_error
    assert shown.content.startswith(f"error: {kind}\nmessage: {ended.fault.message}\nretryable: no\nhint: ")


async def test_a_failure_is_told_in_lines_and_never_as_a_traceback() -> None:
    @tool(effect=Effect.READ)
    async def act() -> str:
        """Act."""
        raise ValueError("no such\norder")

    async with workshop(act) as shop:
        ended = await shop.ended(shop.order("act"))
        shown = await shop.read_shown(ended)
    assert (ended.outcome, ended.stage) == (Outcome.FAILED, "call")
    assert shown.content == (
        "error: tool_failed\nmessage: ValueError: no such order\nretryable: no\n"
        "hint: the same call will most likely fail again: change the arguments, or do without"
    )


async def test_an_unusable_result_is_recorded_at_its_stage() -> None:
    @tool(effect=Effect.READ)
    async def act() -> int:
        """Act."""
        return "many"  # type: ignore[return-value]  # what the test is about

    async with workshop(act) as shop:
        ended = await shop.ended(shop.order("act"))
    assert (ended.outcome, ended.stage) == (Outcome.FAILED, "result_schema")


@pytest.mark.parametrize(("attempt", "in_doubt"), [(2, False), (3, True)])
async def test_an_effect_of_unknown_outcome_is_interrupted_not_ended(attempt: int, in_doubt: bool) -> None:
    async with workshop(refund) as shop:
        stuck = Stuck()
        shop.resources = {Ledger: Ledger(stuck)}  # type: ignore[arg-type]  # a list that breaks off
        await shop.invoke(shop.order("refund", REFUND, attempt=attempt))
        intent, end = await shop.steps()
    assert isinstance(intent, StepIntended)
    assert end == StepInterrupted(
        node="desk",
        turn=1,
        call=1,
        name="refund",
        effect=Effect.KEYED,
        attempt=attempt,
        in_doubt=in_doubt,
        reason="refund broke off: ConnectionResetError: reset by peer",
    )
    step = shop.recorder.state.nodes["desk"].agent
    assert step is not None
    assert (step.calls[0].step.is_open, step.calls[0].step.in_doubt) == (False, in_doubt)


class Stuck:
    """A ledger's list on the far side of a connection that breaks."""

    def append(self, _entry: object) -> None:
        raise ConnectionResetError("reset by peer")


async def test_cancellation_passes_and_records_nothing_but_the_intent() -> None:
    @tool
    async def wait() -> None:
        """Wait."""
        await asyncio.Event().wait()

    async with workshop(wait) as shop:
        calling = asyncio.create_task(shop.invoke(shop.order("wait")))
        await shop.clock.advance(1)
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        (intent,) = await shop.steps()
    assert isinstance(intent, StepIntended)


async def test_a_node_that_is_a_tool_gives_data_and_shows_nothing() -> None:
    async with workshop(get_order, refund) as shop:
        shop.resources = {Ledger: Ledger()}
        ended = await shop.ended(shop.order("get_order", '{"order_id": "4711"}', is_node=True))
        assert ended.result is not None
        assert await shop.recorder.payloads.fetch_json(ended.result) == {"order_id": "4711", "amount": 7}
        refused = await shop.ended(shop.order("get_order", "{}", is_node=True))
    assert (ended.node, ended.turn, ended.call, ended.shown) == ("lookup", 0, 0, None)
    assert (refused.outcome, refused.result, refused.shown) == (Outcome.REFUSED, None, None)
    assert refused.fault is not None


async def test_text_of_a_node_is_json_too() -> None:
    async with workshop(saying("hello")) as shop:
        ended = await shop.ended(shop.order("say", is_node=True))
        assert ended.result is not None
        assert await shop.recorder.payloads.fetch_json(ended.result) == "hello"


async def test_calls_of_one_turn_run_side_by_side() -> None:
    async with workshop(get_order, count_orders) as shop:
        shop.resources = {Ledger: (ledger := Ledger())}
        async with asyncio.TaskGroup() as turn:
            for index in range(1, 5):
                turn.create_task(shop.invoke(shop.order("get_order", f'{{"order_id": "{index}"}}', index=index)))
        counted = await shop.shown(shop.order("count_orders", index=5))
        steps = await shop.steps()
    assert sorted(ledger.sent) == [("1", "short"), ("2", "short"), ("3", "short"), ("4", "short")]
    assert counted.content == "4"
    assert [step.call for step in steps if isinstance(step, StepEnded)] == [1, 2, 3, 4, 5]


async def test_a_later_stage_can_be_put_between() -> None:
    class NoSundays:
        name = "calendar"

        async def run(self, invocation: Invocation) -> End | None:
            return Refused(Fault(ErrorKind.NOT_GRANTED, "not on Sundays"))

    async with workshop(refund) as shop:
        shop.resources = {Ledger: (ledger := Ledger())}
        threads = Threads()
        before = standard_stages(shop.registry, shop.clock, threads)
        shop.executor = Executor(shop.registry, shop.clock, stages=(*before[:3], NoSundays(), *before[3:]))
        ended = await shop.ended(shop.order("refund", REFUND))
        threads.close()
    assert (ended.outcome, ended.stage) == (Outcome.REFUSED, "calendar")
    assert ledger.sent == []


async def test_a_guard_that_breaks_stops_the_call() -> None:
    class Broken:
        name = "broken"

        async def run(self, invocation: Invocation) -> End | None:
            raise LookupError("no policy")

    async with workshop(refund) as shop:
        shop.resources = {Ledger: (ledger := Ledger())}
        threads = Threads()
        stages = (Broken(), *standard_stages(shop.registry, shop.clock, threads))
        shop.executor = Executor(shop.registry, shop.clock, stages=stages)
        with pytest.raises(LookupError):
            await shop.invoke(shop.order("refund", REFUND))
        threads.close()
        assert await shop.steps() == []
    assert ledger.sent == []


class Attentive:
    """A stage that concerns the tools it is told, and notes whose calls come by."""

    name = "attentive"

    def __init__(self, *tools: str) -> None:
        self.tools, self.seen = tools, list[str]()

    def concerns(self, tool: Tool) -> bool:
        return tool.name in self.tools

    async def run(self, invocation: Invocation) -> End | None:
        self.seen.append(invocation.order.call.tool)
        return None


async def test_a_call_passes_only_the_stages_that_concern_its_tool() -> None:
    async with workshop(get_order, refund) as shop:
        shop.resources = {Ledger: (ledger := Ledger())}
        threads, attentive = Threads(), Attentive("refund")
        before = standard_stages(shop.registry, shop.clock, threads)
        shop.executor = Executor(shop.registry, shop.clock, stages=(*before[:3], attentive, *before[3:]))
        await shop.ended(shop.order("get_order", '{"order_id": "4711"}'))
        await shop.ended(shop.order("refund", REFUND))
        threads.close()
    assert attentive.seen == ["refund"]
    assert len(ledger.sent) == 2


async def test_a_name_that_no_tool_has_passes_every_stage_until_one_ends_it() -> None:
    async with workshop(refund) as shop:
        threads, attentive = Threads(), Attentive()
        stages = (attentive, *standard_stages(shop.registry, shop.clock, threads))
        shop.executor = Executor(shop.registry, shop.clock, stages=stages)
        ended = await shop.ended(shop.order("refnd", REFUND))
        threads.close()
    assert attentive.seen == ["refnd"]
    assert ended.stage == "known"


async def test_threads_that_are_shared_outlive_each_executor() -> None:
    async with workshop(count_orders) as shop:
        shop.resources = {Ledger: Ledger()}
        threads = Threads()
        Executor(shop.registry, shop.clock, threads=threads).close()
        shop.executor = Executor(shop.registry, shop.clock, threads=threads)
        assert (await shop.shown(shop.order("count_orders"))).content == "0"
        threads.close()


def test_the_stages_stand_in_the_order_of_the_design() -> None:
    async def names() -> list[str]:
        async with workshop() as shop:
            return [stage.name for stage in shop.executor.stages]

    assert asyncio.run(names()) == [
        "known", "pseudonyms", "arguments", "granted", "semantics", "fork", "approved", "credentials", "resource",
            "rate", "breaker", "reachable", "intent", "call", "result_schema", "postcondition", "sanitise", "size",
            "shared", "unchanged",
    ]  # fmt: skip


# --- properties ---


@given(st.text(max_size=30) | JSON.map(json.dumps) | st.dictionaries(
    st.sampled_from(["order_id", "amount", "key", "x"]), st.integers(-5, 600) | st.text(max_size=5)
).map(json.dumps))  # fmt: skip
async def test_no_arguments_raise_and_none_reach_the_function_unless_they_fit(arguments: str) -> None:
    async with workshop(refund) as shop:
        shop.resources = {Ledger: (ledger := Ledger())}
        ended = await shop.ended(shop.order("refund", arguments))
        assert (await shop.read_shown(ended)).is_error == (ended.outcome is not Outcome.SUCCEEDED)
    if ended.outcome is Outcome.SUCCEEDED:
        assert len(ledger.sent) == 1
        read = json.loads(arguments)
        assert set(read) == {"order_id", "amount"}
        assert 1 <= int(read["amount"]) <= 500
    else:
        assert (ended.outcome, ended.stage) == (Outcome.REFUSED, "arguments")
        assert ledger.sent == []


RESULTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.sets(st.text()),
    max_leaves=6,
)


@given(RESULTS, st.integers(1, 400))
async def test_any_result_is_shown_bounded_visible_and_well_formed(result: object, times: int) -> None:
    given = saying(result * times if isinstance(result, str) else result, result_bytes_max=1_024)
    async with workshop(given) as shop:
        ended = await shop.ended(shop.order("say"))
        shown = await shop.read_shown(ended)
    assert ended.outcome in (Outcome.SUCCEEDED, Outcome.FAILED)
    assert len(shown.content.encode()) <= 1_024
    assert shown.content == visible(shown.content)
    if ended.outcome is Outcome.SUCCEEDED and not isinstance(result, str) and ended.result is None:
        json.loads(shown.content)


@settings(max_examples=20)
@given(st.text(max_size=200), st.text(max_size=20))
async def test_no_tool_name_raises(name: str, arguments: str) -> None:
    async with workshop(refund) as shop:
        ended = await shop.ended(shop.order(name or "x", arguments))
    assert (ended.outcome, ended.stage) == (Outcome.REFUSED, "known")
