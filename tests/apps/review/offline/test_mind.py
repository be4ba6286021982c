"""The stand-in as a model: what it may know, and that a recording of it in its place gives the same."""

from importlib import resources

from holdfast.apps.review.offline.fixes import fix_for
from holdfast.apps.review.offline.mind import NAME, review_mind, stand_in
from holdfast.integration.gateway.offline import Answer, Conversation
from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.integration.gateway.recorded import RecordedModel
from holdfast.integration.gateway.request import message_digest, offer_digest
from holdfast.integration.gateway.transcript import Entry, Transcript
from holdfast.kernel.messages import Reply, Role, say
from tests.apps.review.offline.desk import Desk, hold
from tests.apps.review.offline.test_specialist import shop


async def test_it_speaks_as_a_model_under_its_name() -> None:
    desk = shop()
    request = ModelRequest(
        (say(Role.USER, "Scope: src"),), Offer(desk.tools(), {"properties": {"findings": {}}}), 100, "s"
    )
    items = [item async for item in stand_in().stream(request)]
    assert isinstance(items[-1], Reply)
    assert items[-1].model == NAME == stand_in().name
    assert [call.tool for call in items[-1].message.calls] == ["list_files"]


def test_a_task_of_another_kind_is_declined_in_words() -> None:
    said = review_mind(Conversation((say(Role.USER, "Write a poem."),), (), None))
    assert said.wanted == ()
    assert "none that I know" in said.text


async def test_a_recording_in_its_place_gives_the_same_review() -> None:
    held = hold(shop())
    desk = shop()
    offer = Offer(desk.tools(), {"type": "object", "properties": {"findings": {"type": "array"}}})
    entries: list[Entry] = []
    for place, message in enumerate(held.messages):
        if message.role is Role.ASSISTANT:
            request = ModelRequest(tuple(held.messages[:place]), offer, 32_000, f"scan/turn.{len(entries) + 1}")
            *_, reply = [item async for item in stand_in().stream(request)]
            assert isinstance(reply, Reply)
            digests = tuple(map(message_digest, request.messages))
            entries.append(Entry(request.step, 1, digests, offer_digest(offer), 32_000, reply))
            *_, again = [item async for item in RecordedModel(Transcript(tuple(entries))).stream(request)]
            assert again == reply
    assert len(entries) == held.turns


def test_it_needs_no_more_than_the_conversation() -> None:
    def without_memory(conversation: Conversation) -> Answer:
        return review_mind(Conversation(conversation.messages, conversation.tools, conversation.output_schema))

    assert hold(shop(), mind=without_memory).messages == hold(shop()).messages


def test_tools_that_are_not_offered_are_not_called() -> None:
    class Bare(Desk):
        def tools(self):  # type: ignore[no-untyped-def]  # the same tools, fewer of them
            return tuple(tool for tool in super().tools() if tool.name == "run_analyser")

    desk = Bare(shop().files, shop().candidates)
    assert len(hold(desk).answer["findings"]) == 1
    assert [tool for tool, _ in desk.asked] == ["run_analyser"]


def test_how_to_mend_is_known_by_rule_and_else_by_weakness() -> None:
    assert "safe_load" in fix_for("injection/unsafe-yaml", 502)
    assert "JSON" in fix_for("injection/some-new-rule", 502)
    assert fix_for("style/odd", 0) == ""


def test_its_words_are_data_that_ships_with_it() -> None:
    assert resources.files("holdfast.apps.review.offline").joinpath("fixes.toml").is_file()
