"""Whether a write has done all that it was to do: what a read-back says, and what follows from it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from holdfast.integration.tools.contract import IdempotencyKey, Provided, Tool, tool
from holdfast.integration.tools.postcondition import Complete, Missing, Partial
from holdfast.journal.events import StepEnded, StepInterrupted
from holdfast.journal.events.steps import Unfinished
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from tests.integration.tools.workshop import Step, Workshop, workshop

ANN = '{"user": "Ann", "roles": ["a", "b"]}'


@dataclass
class Directory:
    """Users and their roles; takes one role at most at a time unless it is told otherwise."""

    roles: dict[str, list[str]] = field(default_factory=dict)
    at_once_max: int = 1
    is_broken: bool = False


async def has_roles(user: str, roles: list[str], result: str, *, directory: Provided[Directory]) -> object:
    if directory.is_broken:
        raise ConnectionResetError("reset by peer")
    lacking = [role for role in roles if role not in directory.roles.get(user, [])]
    assert result == "granted"
    if not lacking:
        return Complete()
    return Missing("no role at all") if lacking == roles else Partial(f"{', '.join(lacking)} is missing")


@tool(resource="user:{user}")
async def revoke(user: str, *, directory: Provided[Directory]) -> str:
    """Take all roles from a user."""
    directory.roles.pop(user, None)
    return "revoked"


@tool(resource="user:{user}", undo=revoke, postcondition=has_roles)
async def grant(user: str, roles: list[str], *, directory: Provided[Directory]) -> str:
    """Give roles to a user."""
    had = directory.roles.setdefault(user, [])
    had.extend([role for role in roles if role not in had][: directory.at_once_max])
    return "granted"


@tool(resource="user:{user}")
async def greet(user: str) -> str:
    """Write to a user."""
    return "written"


@tool(resource="user:{user}", effect=Effect.READ)
async def look(user: str) -> str:
    """Look at a user."""
    return "looked"


async def at(shop: Workshop, directory: Directory, *calls: tuple[str, str]) -> list[Step]:
    shop.resources = {Directory: directory}
    for index, (name, arguments) in enumerate(calls, 1):
        await shop.invoke(shop.order(name, arguments, index=index))
    return [step for step in await shop.steps() if isinstance(step, StepEnded | StepInterrupted)]


def outcomes(steps: list[Step]) -> list[str]:
    return [step.outcome if isinstance(step, StepEnded) else "unknown" for step in steps]


async def test_what_is_all_there_has_succeeded() -> None:
    async with workshop(grant) as shop:
        (ended,) = await at(shop, Directory(at_once_max=9), ("grant", ANN))
    assert isinstance(ended, StepEnded)
    assert (ended.outcome, ended.fault, ended.unfinished) == (Outcome.SUCCEEDED, None, None)


async def test_a_part_is_no_success_and_the_model_is_told_plainly() -> None:
    async with workshop(grant) as shop:
        (ended,) = await at(shop, Directory(), ("grant", ANN))
        assert isinstance(ended, StepEnded)
        shown = await shop.read_shown(ended)
        (part,) = shop.recorder.state.in_part
    assert (ended.outcome, ended.is_definite) == (Outcome.PARTIAL, False)
    assert ended.fault == Fault(
        ErrorKind.PARTIAL_RESULT,
        "grant has done only a part of what it was to do: b is missing",
        hint="it is not done: complete it by calling grant again, undo it by revoke, "
        "or say in your answer what is missing",
    )
    assert shown.is_error
    assert shown.content.splitlines()[0] == "error: partial_result"
    assert shown.content.splitlines()[-1] == "granted"
    assert (part.path, part.tool, part.left) == ("desk/turn.1/call.1", "grant", ended.unfinished)
    assert isinstance(part.left, Unfinished)
    assert part.left.undo == "revoke"


async def test_nothing_builds_on_a_part_until_it_is_completed() -> None:
    ann, ben = '{"user": "Ann"}', '{"user": "Ben"}'
    calls = [("grant", ANN), ("greet", ann), ("look", ann), ("greet", ben), ("grant", ANN), ("greet", ann)]
    async with workshop(grant, greet, look) as shop:
        steps = await at(shop, Directory(), *calls)
        assert shop.recorder.state.in_part == ()
    assert outcomes(steps) == ["partial", "refused", "succeeded", "succeeded", "succeeded", "succeeded"]
    refused, completed = steps[1], steps[4]
    assert isinstance(refused, StepEnded)
    assert isinstance(completed, StepEnded)
    assert refused.stage == "resource"
    assert refused.fault == Fault(
        ErrorKind.PARTIAL_RESULT,
        "greet was not called: grant has done only a part of what it was to do: b is missing",
        hint="call grant again for the same, or undo it by revoke; or leave it, and say in your answer what is missing",
    )
    assert completed.mends == ("desk/turn.1/call.1",)


async def test_what_undoes_a_part_puts_it_right_as_well() -> None:
    async with workshop(grant, greet) as shop:
        steps = await at(shop, Directory(), ("grant", ANN), ("revoke", '{"user": "Ann"}'), ("greet", '{"user": "Ann"}'))
        assert shop.recorder.state.in_part == ()
    assert outcomes(steps) == ["partial", "succeeded", "succeeded"]


async def test_what_waited_for_a_call_that_came_half_the_way_is_refused() -> None:
    gate = asyncio.Event()

    async def half(user: str) -> Partial:
        return Partial("half of it")

    @tool(resource="user:{user}", postcondition=half)
    async def slow(user: str) -> str:
        """Be slow."""
        await gate.wait()
        return "done"

    async with workshop(slow, greet) as shop:
        first = asyncio.ensure_future(shop.invoke(shop.order("slow", '{"user": "Ann"}')))
        await shop.clock.advance(1)
        second = asyncio.ensure_future(shop.ended(shop.order("greet", '{"user": "Ann"}', index=2)))
        await shop.clock.advance(1)
        gate.set()
        await first
        assert (await second).outcome is Outcome.REFUSED


async def test_without_a_resource_only_the_same_call_completes_a_part() -> None:
    says: list[object] = [Partial("half"), Partial("half"), Complete()]

    async def read_back() -> object:
        return says.pop(0)

    @tool(postcondition=read_back)
    async def act(what: str) -> str:
        """Act."""
        return "done"

    async with workshop(act) as shop:
        a, b = '{"what": "a"}', '{"what": "b"}'
        steps = await at(shop, Directory(), ("act", a), ("act", b), ("act", b))
        assert [part.path for part in shop.recorder.state.in_part] == ["desk/turn.1/call.1"]
    assert outcomes(steps) == ["partial", "partial", "succeeded"]


async def test_what_is_not_there_has_failed_but_not_for_certain() -> None:
    async with workshop(grant) as shop:
        (ended,) = await at(shop, Directory(at_once_max=0), ("grant", ANN))
    assert isinstance(ended, StepEnded)
    assert (ended.outcome, ended.stage, ended.is_definite) == (Outcome.FAILED, "postcondition", False)
    assert ended.fault is not None
    assert ended.fault.kind is ErrorKind.POSTCONDITION
    assert "no role at all" in ended.fault.message


async def test_a_read_back_that_breaks_leaves_the_outcome_unknown_and_says_so() -> None:
    async with workshop(grant) as shop:
        (ended,) = await at(shop, Directory(is_broken=True), ("grant", ANN))
    assert isinstance(ended, StepInterrupted)
    assert ended.in_doubt
    assert ended.reason == "grant answered, but it could not be read back: ConnectionResetError: reset by peer"


def transfer(read_back: Callable[..., object]) -> Tool:
    @tool(effect=Effect.KEYED, postcondition=read_back, timeout_seconds=5)
    async def transfer(cents: int, *, key: IdempotencyKey) -> str:
        """Transfer."""
        return key

    return transfer


async def test_a_keyed_call_that_cannot_be_read_back_is_made_again_under_its_key() -> None:
    async def odd(key: IdempotencyKey, result: str) -> str:
        assert key == result
        return "fine"

    async with workshop(transfer(odd)) as shop:
        (ended,) = await at(shop, Directory(), ("transfer", '{"cents": 1}'))
    assert isinstance(ended, StepInterrupted)
    assert not ended.in_doubt
    assert ended.reason.endswith("expected Complete, Partial or Missing, found str")


async def test_a_read_back_has_the_time_of_its_tool() -> None:
    async def stuck(cents: int) -> None:
        await asyncio.Event().wait()

    async with workshop(transfer(stuck)) as shop:
        calling = asyncio.ensure_future(shop.invoke(shop.order("transfer", '{"cents": 1}')))
        await shop.clock.advance(5)
        await calling
        last = (await shop.steps())[-1]
    assert isinstance(last, StepInterrupted)
    assert "it gave no answer in 5 seconds" in last.reason


async def test_a_node_that_came_half_the_way_keeps_its_result_beside_the_fault() -> None:
    async with workshop(grant) as shop:
        shop.resources = {Directory: Directory()}
        ended = await shop.ended(shop.order("grant", ANN, is_node=True))
        assert ended.result is not None
        assert await shop.recorder.payloads.fetch_json(ended.result) == "granted"
    assert (ended.outcome, ended.shown) == (Outcome.PARTIAL, None)


@pytest.mark.parametrize("effect", [Effect.PURE, Effect.READ])
def test_only_what_changes_something_is_read_back(effect: Effect) -> None:
    def act() -> None:
        """Act."""

    with pytest.raises(DefinitionError, match="nothing to read back"):
        tool(effect=effect, postcondition=Complete)(act)


def test_a_read_back_is_part_of_the_definition_and_takes_arguments_key_and_result() -> None:
    def one(cents: int, key: str, result: str) -> Complete:
        return Complete()

    def other(cents: int) -> Missing:
        return Missing("")

    def wrong(amount: int) -> Complete:
        return Complete()

    assert transfer(one).content_hash != transfer(other).content_hash
    with pytest.raises(DefinitionError, match="its postcondition takes 'amount'"):
        transfer(wrong)
