"""What a worker may report: it fits the schema, or goes back; and what another try may mend fails the node for it."""

from typing import get_args

import msgspec

from holdfast.execution.answer import Output
from holdfast.execution.report import Done, Failed, NeedsHuman, may_fail, report_type
from holdfast.integration.gateway.lines import answer_json
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import ModelCalled, NodeRetried
from holdfast.kernel.messages import Role
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.kernel.retry import Retry
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import AgentNode
from tests.runtime.stage import Stage, desk, events_of, of_kind

REPORT = report_type(dict[str, int])
TIRED = {"outcome": "failed", "reason": "the shop does not answer", "retryable": True}


def read(value: object) -> tuple[object, str | None]:
    return Output(REPORT).read(msgspec.json.encode(value).decode())


def test_each_kind_of_report_is_read_and_nothing_else_is() -> None:
    done = {"outcome": "done", "result": {"price": 3}}
    assert read(done) == (done, None)
    assert read({"outcome": "needs_human", "question": "Which?"})[1] is None
    for wrong in (
        {"result": {"price": 3}},
        {"outcome": "done", "result": {"price": "dear"}},
        {"outcome": "failed", "reason": ""},
        {"outcome": "needs_human", "question": "Which?", "options": ["x" * 65]},
        {"outcome": "planned", "tasks": []},
    ):
        assert read(wrong)[1] is not None, wrong


def test_the_schema_asks_for_the_word_that_tells_the_kinds_apart() -> None:
    schema = Output(REPORT).schema
    assert schema is not None
    kinds = schema["$defs"]
    assert isinstance(kinds, dict)
    assert all("outcome" in kind["required"] for kind in kinds.values())
    assert len(get_args(get_args(REPORT)[0])) == 3


def test_only_a_type_that_admits_a_failure_can_hold_one() -> None:
    assert may_fail(REPORT)
    assert may_fail(list[Failed])
    assert not may_fail(Done[int] | NeedsHuman)
    assert not may_fail(None)


async def test_what_another_try_may_mend_is_tried_again_later_and_by_the_queue_alone() -> None:
    stage = Stage()
    model = ScriptedModel([answer_json(TIRED), answer_json({"outcome": "done", "result": {"price": 3}})])
    node = AgentNode("desk", "desk", retry=Retry(attempts_max=3, seconds_first=60))
    async with stage.runtime(model, apps=[App("desk", node, agents=(desk(output=REPORT),))]) as runtime:
        run = await runtime.start("desk", "go")
        assert await stage.result(run) == {"outcome": "done", "result": {"price": 3}}
        (retried,) = of_kind(events := await events_of(run), NodeRetried)
    assert (retried.fault.kind, retried.fault.message) == (ErrorKind.GAVE_UP, "the shop does not answer")
    assert len(of_kind(events, ModelCalled)) == 2
    last = model.requests[1].messages[-1]
    assert last.role is Role.USER
    assert "the shop" not in last.text, "what the system says quotes nothing that a model wrote"


async def test_after_its_tries_the_node_has_failed_with_the_reason_that_was_given() -> None:
    stage = Stage()
    node = AgentNode("desk", "desk", retry=Retry(attempts_max=2, seconds_first=1))
    app = App("desk", node, agents=(desk(output=REPORT),))
    async with stage.runtime([answer_json(TIRED)] * 2, apps=[app]) as runtime:
        state = await stage.ended(await runtime.start("desk", "go"))
    assert state.fault is not None
    assert (state.outcome, state.fault.kind) == (Outcome.FAILED, ErrorKind.GAVE_UP)
    assert state.fault.message == "the shop does not answer (tried 2 times)"


async def test_a_failure_that_no_other_try_can_mend_is_not_tried_again() -> None:
    stage = Stage()
    node = AgentNode("desk", "desk", retry=Retry(attempts_max=3, seconds_first=1))
    app = App("desk", node, agents=(desk(output=REPORT),))
    async with stage.runtime([answer_json(TIRED | {"retryable": False})], apps=[app]) as runtime:
        state = await stage.ended(await runtime.start("desk", "go"))
    assert state.fault == Fault(ErrorKind.GAVE_UP, "the shop does not answer")
    assert state.spend.turns == 1


async def test_a_question_is_an_answer_which_its_app_has_to_see_to() -> None:
    stage = Stage()
    asked = {"outcome": "needs_human", "question": "Which?", "options": [], "evidence": {}}
    app = App("desk", AgentNode("desk", "desk"), agents=(desk(output=REPORT),))
    async with stage.runtime([answer_json(asked)], apps=[app]) as runtime:
        assert await stage.result(await runtime.start("desk", "go")) == asked
