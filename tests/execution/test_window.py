"""A request that no count could fit into its model's window is not sent; one that may fit is."""

from pathlib import Path

import pytest

from holdfast.execution.window import too_long
from holdfast.integration.gateway.lines import answer
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import ModelCalled
from holdfast.kernel.messages import Message, Role, ToolResult, say
from holdfast.kernel.outcomes import ErrorKind
from holdfast.kernel.tokens import message_tokens
from tests.execution.talking import events_after
from tests.runtime.stage import desk, of_kind

WINDOW = 1_000


def found_too_long(*messages: Message, window: int | None = WINDOW) -> bool:
    return too_long(window, sum(map(message_tokens, messages)), messages) is not None


def test_a_request_of_more_words_than_the_window_has_tokens_is_refused_with_the_numbers() -> None:
    fault = too_long(WINDOW, 2_600, [say(Role.USER, "word " * 2_000)])
    assert fault is not None
    assert (fault.kind, fault.retryable) == (ErrorKind.CONTEXT_TOO_LONG, False)
    assert "at most 1,000 tokens" in fault.message
    assert "1,600 at the least and about 2,600" in fault.message


def test_what_a_tool_gave_counts_too() -> None:
    assert found_too_long(Message(Role.TOOL, (ToolResult(call_id="c", tool="t", content="word " * 2_000),)))


def test_where_no_window_is_known_nothing_is_refused() -> None:
    assert not found_too_long(say(Role.USER, "word " * 100_000), window=None)


@pytest.mark.parametrize(
    "text",
    ["-" * 4_000, "привет как дела сегодня " * 120, "你好世界" * 300, " \n" * 4_000, "word " * 800],
    ids=["a drawn line", "Russian", "Chinese", "blank lines", "English that fits"],
)
def test_an_estimate_that_may_be_far_too_high_refuses_nothing(text: str) -> None:
    assert not found_too_long(say(Role.USER, text))


async def test_a_run_ends_before_such_a_request_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models.toml").write_text("[prices.scripted]\nwindow = 1000\n", encoding="utf-8")
    monkeypatch.setenv("HOLDFAST_MODELS", str(tmp_path / "models.toml"))
    model = ScriptedModel([answer("hi")])
    state, events = await events_after(model, desk(), "word " * 2_000)
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.CONTEXT_TOO_LONG
    assert model.requests == ()
    assert of_kind(events, ModelCalled) == []
    state, _ = await events_after(ScriptedModel([answer("hi")]), desk(), "word " * 700)
    assert state.fault is None
