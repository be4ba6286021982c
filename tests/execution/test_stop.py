"""Each reason to stop is read in its own way; what was cut off is never looked at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.execution.answer import Output
from holdfast.execution.stop import observe
from holdfast.kernel.messages import Message, Refusal, Reply, Role, StopReason, Text, ToolCall, Usage
from holdfast.kernel.outcomes import ErrorKind

TEXT = Output(None)


def reply(stop: StopReason, text: str = "", *calls: ToolCall) -> Reply:
    return Reply(Message(Role.ASSISTANT, (Text(text), *calls)), stop, Usage(), "m")


CALL = ToolCall("c1", "look", '{"at": 1}')


def test_the_end_of_a_turn_is_an_answer() -> None:
    observed = observe(reply(StopReason.END_TURN, "hello"), TEXT)
    assert (observed.has_answer, observed.answer, observed.calls, observed.defect) == (True, "hello", (), None)


def test_tool_use_asks_for_its_calls_and_answers_nothing() -> None:
    observed = observe(reply(StopReason.TOOL_USE, "let me look", CALL), TEXT)
    assert [(call.call_id, call.tool) for call in observed.calls] == [("c1", "look")]
    assert not observed.has_answer


def test_the_same_arguments_have_the_same_digest_however_they_are_written() -> None:
    one, other = ToolCall("c1", "look", '{"a":1,"b":2}'), ToolCall("c2", "look", '{ "b": 2, "a": 1 }')
    first, second = observe(reply(StopReason.TOOL_USE, "", one, other), TEXT).calls
    assert first.arguments == second.arguments


@given(st.text(max_size=40))
def test_a_reply_that_was_cut_off_is_never_parsed(arguments: str) -> None:
    observed = observe(reply(StopReason.MAX_TOKENS, "so", ToolCall("c1", "look", arguments)), TEXT)
    assert (observed.calls, observed.has_answer) == ((), False)
    assert observed.defect is not None
    assert observed.defect.kind is ErrorKind.TRUNCATED


@pytest.mark.parametrize(
    ("stop", "kind"),
    [
        (StopReason.REFUSAL, ErrorKind.REFUSED_BY_MODEL),
        (StopReason.CONTENT_FILTER, ErrorKind.CONTENT_FILTER),
        (StopReason.CONTEXT_FULL, ErrorKind.CONTEXT_TOO_LONG),
        (StopReason.BAD_CALL, ErrorKind.BAD_ANSWER),
        (StopReason.OTHER, ErrorKind.MODEL_FAILED),
    ],
)
def test_a_reply_that_was_withheld_asks_for_nothing(stop: StopReason, kind: ErrorKind) -> None:
    observed = observe(reply(stop, "I would rather not", CALL), TEXT)
    assert (observed.calls, observed.has_answer) == ((), False)
    assert observed.defect is not None
    assert observed.defect.kind is kind


def test_a_refusal_says_what_the_model_said() -> None:
    defect = observe(reply(StopReason.REFUSAL, "I would rather not"), TEXT).defect
    assert defect is not None
    assert defect.message == "the model declined: I would rather not"


def test_a_refusal_without_text_says_what_the_model_gave_as_its_reason() -> None:
    message = Message(Role.ASSISTANT, (Refusal("that is not mine to tell"),))
    defect = observe(Reply(message, StopReason.REFUSAL, Usage(), "m"), TEXT).defect
    assert defect is not None
    assert defect.message == "the model declined: that is not mine to tell"


def test_a_text_at_which_it_was_told_to_stop_ends_the_answer() -> None:
    observed = observe(reply(StopReason.STOP_SEQUENCE, "one, two"), TEXT)
    assert (observed.has_answer, observed.answer) == (True, "one, two")


def test_a_pause_is_neither_an_answer_nor_a_defect() -> None:
    observed = observe(reply(StopReason.PAUSE, "thinking", CALL), TEXT)
    assert (observed.calls, observed.has_answer, observed.defect) == ((), False, None)


def test_an_answer_that_does_not_fit_is_a_defect_that_says_why() -> None:
    defect = observe(reply(StopReason.END_TURN, '"three"'), Output(int)).defect
    assert defect is not None
    assert defect.kind is ErrorKind.BAD_ANSWER
    assert "valid integer" in defect.message
