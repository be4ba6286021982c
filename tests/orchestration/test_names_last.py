"""A name that a model was shown stands for the same value all through its run, whatever told it, whoever drives."""

from typing import Any

from holdfast import App, Effect, OutcomeUnknown, Settlement, ToolFailure, tool
from holdfast.governance.verdict import Asking
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.mail import LateOutcome, encode_mail, late_letter
from holdfast.journal.port import Letter
from holdfast.kernel.messages import Message, Role, ToolResult
from holdfast.kernel.messages_codec import encode_message
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.nodes import AgentNode
from tests.orchestration.counter import CALL, Rule, shown, waiting
from tests.runtime.stage import Stage, desk

ADA, BOB, EVE = "ada@example.org", "bob@example.org", "eve@example.org"


class Post:
    """Finds addresses and writes to them."""

    def __init__(self) -> None:
        self.sent = list[str]()

    @property
    def app(self) -> App:
        @tool(effect=Effect.READ)
        async def find() -> str:
            """Find an address."""
            return ADA

        @tool(effect=Effect.READ)
        async def refuse() -> str:
            """Refuse an address."""
            raise ToolFailure(f"{ADA} has moved to {BOB}")

        @tool(effect=Effect.UNSAFE)
        async def lose() -> str:
            """Lose what came of it."""
            raise OutcomeUnknown("the line went dead")

        @tool(effect=Effect.UNSAFE)
        async def send(to: str) -> str:
            """Send."""
            self.sent.append(to)
            return "sent"

        tools = (find, refuse, lose, send)
        return App("root", AgentNode("root", "desk"), agents=(desk(tools=tools, pseudonyms=True),))


def model(*lines: Any) -> ScriptedModel:
    return ScriptedModel([*lines, answer("done")])


async def test_a_name_that_an_error_told_means_the_same_to_the_next_driver() -> None:
    stage, post = Stage(), Post()
    lines = (call("refuse"), call("lose"), call("send", {"to": "[email-2]"}))
    async with stage.runtime(model(*lines), apps=[post.app]) as runtime:
        run = await runtime.start("root", "hello")
        (doubt,) = (await stage.ended(run)).doubts
        assert "[email-1] has moved to [email-2]" in (await shown(run)).content
        await run.settle(doubt, Settlement.HAPPENED, "lost")
        await stage.result(run)
    assert post.sent == [BOB]


async def test_what_a_person_says_has_come_of_a_call_is_named_as_everything_else_is() -> None:
    stage, post = Stage(), Post()
    async with stage.runtime(model(call("find"), call("lose"), call("send", {"to": "[email-2]"})), apps=[post.app]) as (
        runtime
    ):
        run = await runtime.start("root", "hello")
        (doubt,) = (await stage.ended(run)).doubts
        await run.settle(doubt, Settlement.HAPPENED, BOB)
        await stage.result(run)
        assert (await shown(run, 1)).content == "[email-2]"
    assert post.sent == [BOB]


async def test_a_model_that_sees_names_is_told_of_an_edit_by_names() -> None:
    stage, post = Stage(), Post()
    lines = (call("send", {"to": "me"}), call("send", {"to": "[email-1]"}))
    rule = Rule(asking=(Asking(),), tools=frozenset(("send",)))
    async with stage.runtime(model(*lines), apps=[post.app], decides=rule) as runtime:
        run = await runtime.start("root", "hello")
        await waiting(stage, run)
        (escalation,) = await run.approvals()
        await run.decide(CALL, Ruling.EDIT, {"to": EVE}, by="Ann", digest=escalation.digest)
        (path,) = (await stage.ended(run)).approvals
        told = (await shown(run)).content
        assert 'it was made with {"to":"[email-1]"}' in told
        (escalation,) = await run.approvals()
        await run.decide(path, Ruling.APPROVE, by="Ann", digest=escalation.digest)
        await stage.result(run)
    assert post.sent == [EVE, EVE]


async def test_a_name_in_what_comes_late_is_the_one_that_stands_for_its_value_here() -> None:
    stage, post = Stage(), Post()
    lines = (call("find"), call("lose"), call("send", {"to": "[email-2]"}))
    async with stage.runtime(model(*lines), apps=[post.app]) as runtime:
        run = await runtime.start("root", "hello")
        (doubt,) = (await stage.ended(run)).doubts
        told = Message(Role.TOOL, (ToolResult("call_2", "lose", "[email-1] it is"),))
        late = LateOutcome(
            path=doubt,
            attempt=1,
            outcome=Outcome.SUCCEEDED,
            worker="w",
            shown=encode_message(told),
            names={"[email-1]": BOB},
        )
        stage.disk.post((Letter(late_letter(doubt, 1, 0), run.id, encode_mail(late)),), stage.clock.now())
        await run.resume()
        await stage.result(run)
        assert (await shown(run, 1)).content == "[email-2] it is"
    assert post.sent == [BOB]
