"""A model without tool calls of its own makes them all the same, one at a time, under a schema."""

import json
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from holdfast import Agent, Prompt, Runtime
from holdfast.integration.gateway.port import Offer, TextDelta, ToolSchema
from holdfast.integration.gateway.providers.openai.call_or_reply.dialect import CallOrReply
from holdfast.integration.gateway.providers.openai.call_or_reply.form import form_of
from holdfast.integration.gateway.providers.openai.chat.dialect import ChatCompletions
from holdfast.integration.gateway.providers.openai.client import OpenAIAccount
from holdfast.integration.gateway.providers.settings import Settings
from holdfast.kernel.messages import Message, Reply, Role, StopReason, Text, ToolCall, ToolResult, say
from tests.execution.talking import Shop, look_at
from tests.integration.gateway.asking import asked, streamed


class Step(BaseModel):
    name: str
    after: "Step | None" = None


LOOK = ToolSchema("look", "Look at a place.", {"type": "object", "properties": {"at": {"type": "string"}}})
WALK = ToolSchema(
    "walk",
    "Walk.",
    {"type": "object", "properties": {"first": {"$ref": "#/$defs/Step"}}}
    | {"$defs": Step.model_json_schema()["$defs"]},
)
DIALECT = CallOrReply(ChatCompletions(limit_field="max_tokens"))


def fits(offer: Offer, answer: object) -> bool:
    form = form_of(offer)
    Draft202012Validator.check_schema(form)
    return bool(Draft202012Validator(form).is_valid(answer))


@pytest.mark.parametrize(
    ("answer", "is_one"),
    [
        ({"tool": "look", "arguments": {"at": "the door"}}, True),
        ({"tool": "walk", "arguments": {"first": {"name": "a", "after": {"name": "b"}}}}, True),
        ({"tool": "reply", "answer": "it is there"}, True),
        ({"tool": "jump", "arguments": {}}, False),
        ({"tool": "look", "arguments": {"at": 3}}, False),
        ({"tool": "walk", "arguments": {"first": {"after": {}}}}, False),
        ({"tool": "look", "arguments": {}, "answer": "both"}, False),
        ({"tool": "reply", "answer": 3}, False),
        ("it is there", False),
    ],
)
def test_an_answer_is_one_call_of_a_tool_that_is_offered_or_the_reply(answer: object, is_one: bool) -> None:
    assert fits(Offer((LOOK, WALK)), answer) is is_one


def test_a_reply_is_held_to_the_schema_of_the_answer() -> None:
    offer = Offer((LOOK,), Step.model_json_schema())
    assert fits(offer, {"tool": "reply", "answer": {"name": "a", "after": {"name": "b"}}})
    assert not fits(offer, {"tool": "reply", "answer": {"after": None}})


def reply_to(text: str, finish: str = "stop") -> Reply:
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return DIALECT.reply({"id": "r-1", "model": "tiny", "choices": [choice]})


def test_a_call_is_read_as_one() -> None:
    reply = reply_to('{"tool": "look", "arguments": {"at": "the door"}}')
    assert reply.message.parts == (ToolCall("call_r-1", "look", '{"at":"the door"}'),)
    assert reply.stop is StopReason.TOOL_USE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"tool": "reply", "answer": "it is there"}', "it is there"),
        ('{"tool": "reply", "answer": {"name": "a"}}', '{"name":"a"}'),
        ("it is there", "it is there"),
        ('{"tool": "look"}', '{"tool": "look"}'),
        ('{"tool": "reply", "answer": 1, "more": 2}', '{"tool": "reply", "answer": 1, "more": 2}'),
    ],
)
def test_a_reply_is_what_it_holds_and_anything_else_what_it_is(text: str, said: str) -> None:
    reply = reply_to(text)
    assert (reply.message.text, reply.message.calls, reply.stop) == (said, (), StopReason.END_TURN)


def test_a_call_that_was_cut_off_is_none() -> None:
    reply = reply_to('{"call": {"tool": "look", "arguments": {}}}', "length")
    assert (reply.message.calls, reply.stop) == ((), StopReason.MAX_TOKENS)


def test_what_was_called_and_found_is_told_in_words() -> None:
    request = asked(
        say(Role.SYSTEM, "You are a clerk."),
        say(Role.USER, "Is it there?"),
        Message(Role.ASSISTANT, (Text("let me look"), ToolCall("c1", "look", '{"at": "the door"}'))),
        Message(Role.TOOL, (ToolResult("c1", "look", "a key"),)),
        say(Role.ASSISTANT, "It is."),
        offer=Offer((LOOK,)),
    )
    body = DIALECT.body("tiny", request, streams=False)
    system, *rest = body["messages"]
    assert system["content"].startswith("You are a clerk.\n\n")
    assert "- look(at?: text): Look at a place." in system["content"]
    assert [(one["role"], one["content"].strip()) for one in rest] == [
        ("user", "Is it there?"),
        ("assistant", '{"tool": "look", "arguments": {"at": "the door"}}'),
        ("user", "Result of look:\na key"),
        ("assistant", '{"tool": "reply", "answer": "It is."}'),
    ]
    assert "tools" not in body
    assert body["response_format"]["json_schema"]["schema"] == form_of(Offer((LOOK,)))


SHELF: dict[str, object] = {"type": "string", "enum": ["north", "south"], "description": "Which one."}
MANY: dict[str, object] = {"type": "array", "items": {"$ref": "#/$defs/Step"}}
COUNT = ToolSchema(
    "count",
    "Count a shelf.",
    {"type": "object", "properties": {"shelf": SHELF, "steps": MANY, "fast": {"type": "boolean"}}}
    | {"required": ["shelf"], "$defs": Step.model_json_schema()["$defs"]},
)


def told(offer: Offer) -> str:
    body = DIALECT.body("tiny", asked("Count.", offer=offer), streams=False)
    return str(body["messages"][0]["content"])


def test_a_tool_is_told_of_as_a_line_and_its_arguments_where_they_are_described() -> None:
    lines = told(Offer((COUNT,))).splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith("- count("))
    assert lines[place].startswith('- count(shelf: "north" | "south", steps?: [{name: text, after: {name: text')
    assert lines[place].endswith("…], fast?: true | false): Count a shelf.")
    assert lines[place + 1] == "    shelf: Which one."


def test_examples_are_made_of_what_is_offered() -> None:
    lines = told(Offer((COUNT, LOOK), Step.model_json_schema())).splitlines()
    assert '{"tool": "count", "arguments": {"shelf": "north"}}' in lines
    assert '{"tool": "reply", "answer": {"name": "…"}}' in lines


@pytest.mark.parametrize("offer", [Offer((COUNT,)), Offer((COUNT,), Step.model_json_schema())])
def test_every_example_fits_the_form(offer: Offer) -> None:
    shown = [json.loads(line) for line in told(offer).split("For example:")[1].splitlines() if line]
    assert len(shown) == 2
    assert all(fits(offer, example) for example in shown)


def test_a_bound_that_a_grammar_cannot_count_to_is_left_to_the_check_of_the_answer() -> None:
    long = {"type": "string", "maxLength": 4_000, "minLength": 1}
    schema: dict[str, object] = {"type": "array", "items": long, "maxItems": 9}
    bodies = [
        dialect.body("tiny", asked("Go.", offer=offer), streams=False)["response_format"]["json_schema"]["schema"]
        for dialect, offer in (
            (DIALECT, Offer((LOOK,), schema)),
            (ChatCompletions(limit_field="max_tokens"), Offer(output_schema=schema)),
            (ChatCompletions(), Offer(output_schema=schema)),
        )
    ]
    countable = {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": 9}
    assert bodies[0]["anyOf"][-1]["properties"]["answer"] == countable
    assert bodies[1:] == [countable, schema]


def test_where_nothing_is_offered_nothing_is_changed() -> None:
    request = asked("Hello.", offer=Offer())
    plain = ChatCompletions(limit_field="max_tokens").body("tiny", request, streams=False)
    assert DIALECT.body("tiny", request, streams=False) == plain


class Tiny(httpx2.AsyncBaseTransport):
    """A small model behind a server: it looks once for each place it is asked about, then tells what it was told."""

    def __init__(self, *places: str) -> None:
        self._places = places
        self.asked: list[Any] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(await request.aread())
        self.asked.append(body)
        results = [one["content"] for one in body["messages"] if one["content"].startswith("Result of")]
        answer: Any = {"tool": "reply", "answer": f"{len(results)} looks"}
        if len(results) < len(self._places):
            answer = {"tool": "look", "arguments": {"at": self._places[len(results)]}}
        assert Draft202012Validator(body["response_format"]["json_schema"]["schema"]).is_valid(answer)
        text = json.dumps(answer)
        events = [self._chunk(len(self.asked), piece) for piece in (text[:9], text[9:])]
        events.append(self._chunk(len(self.asked), "", "stop"))
        return httpx2.Response(200, content=b"".join(events), headers={"content-type": "text/event-stream"})

    def _chunk(self, reply: int, text: str, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        return b"data: %b\n\n" % json.dumps({"id": f"r-{reply}", "model": "tiny", "choices": [choice]}).encode()


async def test_an_agent_of_a_small_model_really_uses_its_tools() -> None:
    tiny, shop = Tiny("the door", "the window", "the roof"), Shop()
    account = OpenAIAccount(None, base_url="http://127.0.0.1/v1", transport=tiny)
    model = account.chat("tiny", "tiny", Settings(has_tool_calls=False))
    agent = Agent("clerk", prompt=Prompt("clerk", "You look."), model="tiny", tools=[look_at(shop)])
    async with Runtime.open("memory:", models={"tiny": model}) as runtime:
        run = await runtime.start(agent, "Look around.")
        assert await run.result() == "3 looks"
        assert (await run.state()).spend.tool_calls == 3
    await account.close()


async def test_half_a_json_object_is_not_shown_as_text() -> None:
    account = OpenAIAccount(None, base_url="http://127.0.0.1/v1", transport=Tiny("the door"))
    model = account.chat("tiny", "tiny", Settings(has_tool_calls=False))
    *said, reply = await streamed(model, asked("Look around.", offer=Offer((LOOK,))))
    assert said == [TextDelta("")]
    assert isinstance(reply, Reply)
    assert reply.message.calls
