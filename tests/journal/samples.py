"""One event of every kind, and small runs made of them: what the journal's tests share."""

from collections.abc import Iterable

from msgspec.structs import replace

from holdfast.journal.codec import encode
from holdfast.journal.events import (
    AllowanceAwaited,
    AllowanceRenewed,
    ApprovalAsked,
    ApprovalDecided,
    BranchTaken,
    BudgetLow,
    CancelRequested,
    ChildBegun,
    ChildEnded,
    ChildRecalled,
    ChildStarted,
    DoubtProbed,
    DoubtSettled,
    DriverChanged,
    DriverLeft,
    Event,
    EventAwaited,
    EventPublished,
    EventReceived,
    EventRefused,
    EventsHeld,
    HandedOver,
    ItemsMapped,
    LifecycleMoved,
    LoopSuspected,
    MailRead,
    ModelCalled,
    ModelFailed,
    ModelInterrupted,
    ModelOutrun,
    ModelReconciled,
    ModelReplied,
    ModelSwitched,
    NodeEntered,
    NodeLeft,
    NodeRetried,
    PlanAdopted,
    PlanAsked,
    PlanChecked,
    QuestionAnswered,
    QuestionAsked,
    ReservationExceeded,
    ResourcesFailed,
    RetryDue,
    RunEnded,
    RunForked,
    RunMigrated,
    RunParked,
    RunRequeued,
    RunReviewed,
    RunStarted,
    ScriptAdvanced,
    ShareGiven,
    StepEnded,
    StepIntended,
    StepInterrupted,
    StepJudged,
    StepRetried,
)
from holdfast.journal.events.approvals import Need, Ruling
from holdfast.journal.events.circles import Circle
from holdfast.journal.events.forks import NewSystem
from holdfast.journal.events.plans import PlannedStep, StepKind
from holdfast.journal.events.retries import SentBefore
from holdfast.journal.events.runs import Ancestor, Origin
from holdfast.journal.events.scripts import CallKind, ScriptCall
from holdfast.journal.events.steps import Held, Sanitised, SharedSet, Unfinished, Write
from holdfast.journal.events.turns import CallRequest
from holdfast.journal.port import Recorded
from holdfast.kernel.effects import Effect
from holdfast.kernel.ids import EventId, PayloadId, RunId, child_run_id
from holdfast.kernel.limits import Budget, Spend
from holdfast.kernel.messages import StopReason, Usage
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome, Settlement
from holdfast.kernel.ways import Hedge, Try, Way

RUN = RunId("run_01M7VQWG6VZA89Q97BMVBZAZXM")
CHILD = child_run_id(RUN, "desk")
PARENT = RunId("run_01M7VQWG6V0000000000000000")
AT = 1_800_000_000.0


def ref(name: str) -> PayloadId:
    """Return a payload id that is easy to tell from another."""
    return PayloadId(name.ljust(32, "0"))


def started() -> RunStarted:
    """Return the first event of a run of one agent called ``desk``."""
    return RunStarted(
        run=RUN,
        tenant="default",
        app="desk",
        input=ref("input"),
        definitions={"flow": "f1", "agent:desk": "a1"},
        models={"desk": "scripted"},
        budget=Budget(tokens=10_000, usd=0.5, turns=9, tool_calls=7, seconds=60.0),
        title="a question",
        request_id="req-1",
        session="customer-42",
        engine="0.1.0",
    )


def called(turn: int, attempt: int = 1, reserved: int = 100, added: tuple[str, ...] = ()) -> ModelCalled:
    """Return the intent of a model call of ``desk``."""
    return ModelCalled(
        node="desk",
        turn=turn,
        attempt=attempt,
        model="scripted",
        request="d1",
        added=tuple(map(ref, added)),
        tools=ref("offer"),
        messages=2,
        tokens=60,
        reserved=reserved,
    )


def replied(turn: int, *tools: str, usage: Usage | None = None, answer: str | None = None) -> ModelReplied:
    """Return a reply of ``desk`` that asks for ``tools``, or answers."""
    return ModelReplied(
        node="desk",
        turn=turn,
        attempt=1,
        reply=ref(f"reply{turn}"),
        stop=StopReason.TOOL_USE if tools else StopReason.END_TURN,
        usage=usage or Usage(50, 10, 5, 0.001),
        model="scripted",
        seconds=0.5,
        calls=tuple(
            CallRequest(f"c{number}", tool, "a1", ("r1",), only_looks=True) for number, tool in enumerate(tools)
        ),
        answer=ref(answer) if answer else None,
    )


def every_event() -> tuple[Event, ...]:
    """Return one event of every kind, with every field set."""
    fault = Fault(ErrorKind.TIMEOUT, "it took too long", retryable=True, hint="ask for less")
    failed = Try("backup", "openai:gpt-5.5", ErrorKind.OVERLOADED, 0.25)
    way = Way("anthropic", "anthropic:claude-sonnet-4-6", 1.25, (failed,), is_cached=True)
    hedge = Hedge("backup", "openai:gpt-5.5", 2.5, 3.0, is_first=True, kind=ErrorKind.TIMEOUT, is_charged=True)
    return (
        replace(
            started(),
            parent=PARENT,
            ancestors=(Ancestor(PARENT, "lobby", ref("asked")),),
            parent_step="boss/desk",
            depth=2,
            model="large",
            models_asked={"desk": "scripted"},
            origin=Origin(PARENT, 7),
            simulates=True,
            is_batch=True,
        ),
        LifecycleMoved(to="EXECUTING", reason="planned"),
        DriverChanged(worker="host:1:ab", epoch=2),
        DriverLeft(worker="host:1:ab"),
        CancelRequested(reason="no longer needed", by="operator", abandons_doubts=True),
        MailRead(position=3),
        RunParked(reason="waiting", wake_at=AT + 60, children=(CHILD,)),
        NodeEntered(node="desk", kind="agent", input=ref("input"), deadline=AT + 30),
        BranchTaken(node="desk", case="yes"),
        HandedOver(node="desk", number=1, giver="front", taker="billing", contract="charge", carried=ref("carried")),
        ItemsMapped(node="desk", keys=("a", "b"), items=(ref("a"), ref("b"))),
        NodeLeft(node="desk", outcome=Outcome.FAILED, result=ref("result"), fault=fault),
        replace(
            called(1, added=("system", "task")),
            adrift=(1,),
            tokens_high=70,
            agent="desk",
            tokens_max=80,
            reserved_usd=0.02,
            is_hedged=True,
        ),
        replace(
            replied(1, "lookup", usage=Usage(50, 10, 5, 0.001, 6, 3, 2, "priority")),
            unreturned=4,
            prices="genai-prices 0.2.3",
            first_token_seconds=0.125,
            way=way,
        ),
        LoopSuspected(
            node="desk",
            turn=1,
            circle=Circle.CYCLE,
            count=5,
            threshold=5,
            tools=("lookup", "refund"),
            key="d3",
            is_final=True,
        ),
        ModelFailed(
            node="desk",
            turn=1,
            attempt=2,
            fault=fault,
            seconds=1.5,
            retry_at=AT + 2,
            is_charged=True,
            cost_usd=0.1,
            way=replace(way, hedge=hedge),
        ),
        ModelOutrun(
            node="desk",
            turn=1,
            attempt=1,
            account="backup",
            place="openai:gpt-5.5",
            after_seconds=2.5,
            seconds=3.0,
            cost_usd=0.1,
        ),
        ModelInterrupted(node="desk", turn=1, attempt=1, why=ErrorKind.TIMEOUT, cost_usd=0.1, is_charged=False),
        ModelReconciled(
            node="desk",
            turn=1,
            attempt=1,
            usage=Usage(40, 8, 2, 0.01, 6, 3),
            by="Ann",
            note="the provider's log",
            charged=4,
        ),
        StepIntended(
            node="desk",
            turn=1,
            call=1,
            name="refund",
            effect=Effect.KEYED,
            arguments="a1",
            key="hf_1",
            attempt=2,
            settles_at=AT + 35,
            key_until=AT + 86_400,
            has_probe=True,
            is_simulated=True,
            policies=("small-refunds",),
            autonomy="chained",
        ),
        StepEnded(
            node="desk",
            turn=1,
            call=1,
            name="refund",
            outcome=Outcome.FAILED,
            seconds=0.25,
            attempt=2,
            stage="call",
            result=ref("whole"),
            shown=ref("shown"),
            result_bytes=120,
            fault=fault,
            is_definite=True,
            writes=(Write("total", ref("total")), Write("note")),
            gave="d2",
            sketch=(3, 5),
            is_simulated=True,
            policies=("night",),
            waited_seconds=1.5,
            unfinished=Unfinished(("r1", "r2"), "cancel_refund"),
            mends=("desk/turn.1/call.2",),
            shared=(SharedSet("stock.chair", 3, ref("chair")), SharedSet("stock.table", 1)),
            sanitised=Sanitised(
                hidden=3,
                disguised=2,
                exact=ref("exact"),
                secrets=(Held("aws-key-1", ref("sealed")), Held("jwt-1")),
                personal={"email": 2},
                labelled=ref("labelled"),
            ),
        ),
        StepInterrupted(
            node="desk",
            turn=1,
            call=1,
            name="pay",
            effect=Effect.UNSAFE,
            attempt=1,
            in_doubt=True,
            was_sent=False,
            reason="it could not be read back",
        ),
        StepRetried(
            node="desk",
            turn=1,
            call=1,
            name="pay",
            effect=Effect.KEYED,
            attempt=1,
            retry_at=AT + 3,
            fault=fault,
            is_definite=True,
        ),
        DoubtProbed(node="desk", turn=1, call=1, name="pay", attempt=1, probe=2, fault=fault, retry_at=AT + 2),
        DoubtSettled(
            node="desk",
            turn=1,
            call=1,
            name="pay",
            attempt=1,
            how=Settlement.FAILED,
            by="Ann",
            note="the bank says so",
            result=ref("whole"),
            shown=ref("shown"),
            result_bytes=120,
            fault=fault,
            unfinished=Unfinished(("r1",)),
            mends=("desk/turn.1/call.2",),
        ),
        NodeEntered(node="pause", kind="wait", deadline=AT + 90, wakes_at=AT + 60),
        NodeEntered(node="both", kind="parallel", branches=("a", "b"), shared=ref("shared")),
        NodeEntered(node="web", kind="graph", branches=("a", "b"), after=((), ("a",))),
        StepJudged(node="desk", step="a", fault=fault),
        PlanAsked(node="desk", draft=1, input=ref("told")),
        PlanChecked(node="desk", draft=1, plan=ref("plan"), problems=ref("problems"), found=2, by="Ann"),
        PlanAdopted(
            node="desk",
            number=2,
            plan=ref("plan"),
            steps=(
                PlannedStep("a", "a", StepKind.TOOL, "look", "c1"),
                PlannedStep("b", "b.2", StepKind.AGENT, "clerk", "c2", ("a",), is_judged=True, share=0.5),
            ),
            by="Ann",
        ),
        NodeEntered(node="join", kind="saga"),
        NodeEntered(node="join/undo", kind="undo"),
        QuestionAsked(
            node="desk",
            number=1,
            asked=ref("question"),
            options=("yes", "no"),
            deadline=AT + 3_600,
            default="no",
        ),
        QuestionAnswered(node="desk", number=1, choice="yes", by="Ann", note="seen", value=ref("given")),
        ApprovalAsked(
            node="desk",
            turn=1,
            call=1,
            number=2,
            tool="pay",
            definition="d1",
            digest="b1",
            asked=ref("escalation"),
            needs=(Need(roles=("finance",), approvals=2), Need(of="user")),
            deadline=AT + 3_600,
            abandons=True,
        ),
        ApprovalDecided(
            node="desk",
            turn=1,
            call=1,
            number=2,
            ruling=Ruling.EDIT,
            by="Ann",
            digest="b2",
            of="operator",
            roles=("finance",),
            note="half of it",
            arguments=ref("edited"),
            settles=True,
            decided_at=AT + 5,
        ),
        ResourcesFailed(attempt=1, fault=fault, retry_at=AT + 4),
        RunReviewed(node="desk", round=1, unmet=("cites",), found=ref("found")),
        NodeRetried(node="desk", attempt=1, retry_at=AT + 4, fault=fault),
        RetryDue(node="desk", attempt=1, by="Ann"),
        AllowanceAwaited(
            node="desk", allowance="the allowance of acme", reason="9 of 9 tokens a day", renews_at=AT + 9
        ),
        AllowanceRenewed(node="desk"),
        RunRequeued(
            by="Ann",
            note="the bank is open again",
            from_step="desk",
            reopened=("desk",),
            dropped=("desk/pay",),
            sent=(SentBefore("desk/pay", "pay", "a1", "hf_1", AT + 86_400, is_void=True),),
            budget=Budget(tokens=9_000, usd=1.5, turns=30, tool_calls=40, depth=3, fan_out=20, descendants=50),
        ),
        ChildStarted(
            node="desk", number=2, child=CHILD, app="kid", budget=Budget(tokens=100, turns=3), input=ref("given")
        ),
        ChildBegun(node="desk", child=CHILD),
        ChildRecalled(node="desk", child=CHILD, reason="no longer needed", abandons_doubts=True),
        ChildEnded(
            node="desk",
            child=CHILD,
            outcome=Outcome.FAILED,
            spend=Spend(input_tokens=50, output_tokens=10, usd=0.001, turns=1),
            result=ref("result"),
            fault=fault,
        ),
        ScriptAdvanced(
            node="desk",
            told=("look",),
            calls=(
                ScriptCall("pay.2", CallKind.TOOL, "pay", "a1", ref("arguments")),
                ScriptCall("nap", CallKind.SLEEP, arguments="a2", value=AT + 60),
            ),
        ),
        RunMigrated(
            by="to_v2",
            definitions={"flow": "f2"},
            models={"desk": "scripted"},
            renamed={"desk/a": "desk/b"},
            dropped=("desk/c",),
            branches={"desk": ("b", "d")},
        ),
        RunForked(
            origin=Origin(PARENT, 7),
            by="Ann",
            budget=Budget(tokens=9_000),
            models={"desk": "scripted"},
            is_live=True,
            before="desk/turn.2",
            note="why did it refund?",
            model="scripted",
            models_asked={"desk": "scripted"},
            prompts={"desk": ref("prompt")},
            systems=(NewSystem("desk", ref("system"), -4),),
            engine="0.1.0",
        ),
        BudgetLow(owner="agent desk", limit="usd", spent=0.41, allowed=0.5, node="desk"),
        ModelSwitched(node="desk", model="small", before="scripted", reason="the run's budget of usd runs low"),
        ReservationExceeded(node="desk", turn=1, attempt=1, reserved=100, tokens=120, reserved_usd=0.02, usd=0.03),
        ShareGiven(node="desk", limits=Budget(tokens=900, usd=0.25, turns=3, tool_calls=5)),
        EventPublished(
            node="desk",
            event_id=EventId("evt_1"),
            topic="orders.paid",
            payload=ref("given"),
            key="4711",
            caused_by=EventId("evt_0"),
            hops=2,
            is_simulated=True,
        ),
        EventAwaited(node="desk", number=1, topic="orders.sent", key="4711", since=AT),
        EventsHeld(node="desk", number=1, events=(EventId("evt_2"),)),
        EventRefused(node="desk", number=1, event_id=EventId("evt_2"), reason="it has no amount"),
        EventReceived(
            node="desk",
            number=1,
            event_id=EventId("evt_3"),
            topic="orders.sent",
            payload=ref("given"),
            key="4711",
            hops=3,
        ),
        RunEnded(status="FAILED", outcome=Outcome.FAILED, result=ref("result"), fault=fault, waived=("cites",)),
    )


def recorded(events: Iterable[Event], first: int = 1) -> list[Recorded]:
    """Return ``events`` as a journal holds them, a second apart."""
    return [Recorded(version, AT + version, encode(event)) for version, event in enumerate(events, first)]
