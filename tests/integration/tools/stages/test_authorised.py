"""What the policies say of a call: asked with everything they may go by, obeyed, and on record."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from holdfast.governance.verdict import Allow, Ask, Asking, CallRequest, Deny, Verdict
from holdfast.integration.tools.circumstances import NOBODY, Caller, least_trust, request_of
from holdfast.integration.tools.companion import read_companion
from holdfast.integration.tools.contract import tool
from holdfast.integration.tools.executor import Executor
from holdfast.integration.tools.stages.arguments import Arguments
from holdfast.integration.tools.stages.authorised import DO_WITHOUT
from holdfast.integration.tools.stages.known import Known
from holdfast.journal.events import StepIntended, StepInterrupted
from holdfast.kernel.effects import IRREVERSIBLE, Effect
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.kernel.provenance import Trust
from tests.integration.tools.samples import Ledger, get_order, refund
from tests.integration.tools.workshop import Workshop, workshop

REFUND = '{"order_id": "4711", "amount": 7}'
FROM_USER = Asking(of="user")
"""That nobody can give where the run acts for no user."""
DESK = Caller("desk", "chained")


class Rules:
    """Decides by a function, and remembers what it was asked."""

    def __init__(self, decide: Callable[[CallRequest], Verdict]) -> None:
        self._decide, self.asked = decide, list[CallRequest]()

    def decide(self, request: CallRequest) -> Verdict:
        self.asked.append(request)
        return self._decide(request)


def govern(shop: Workshop, rules: Rules, caller: Caller = DESK) -> Ledger:
    """Let ``rules`` decide of the shop's calls; return what reaches the world."""
    shop.executor.close()
    shop.executor = Executor(shop.registry, shop.clock, decides=rules, caller=caller)
    shop.resources = {Ledger: (ledger := Ledger())}
    return ledger


async def test_what_is_allowed_is_made_and_its_record_names_the_policy() -> None:
    async with workshop(refund) as shop:
        ledger = govern(shop, Rules(lambda _: Allow(("small-refunds",))))
        ended = await shop.ended(shop.order("refund", REFUND))
        intended = (await shop.steps())[0]
    assert isinstance(intended, StepIntended)
    assert (intended.policies, ended.outcome, ended.policies) == (("small-refunds",), Outcome.SUCCEEDED, ())
    assert len(ledger.sent) == 1


async def test_what_is_denied_never_reaches_the_world_and_says_which_policy_and_what_to_do() -> None:
    denied = Deny("no refunds at night", ("night",), "wait for the morning")
    async with workshop(refund) as shop:
        ledger = govern(shop, Rules(lambda _: denied))
        ended = await shop.ended(shop.order("refund", REFUND))
        shown = await shop.read_shown(ended)
        steps = await shop.steps()
    message = "refund was not called: denied by night: no refunds at night"
    assert ended.fault == Fault(ErrorKind.DENIED, message, hint="wait for the morning")
    assert (ended.outcome, ended.stage, ended.policies) == (Outcome.REFUSED, "authorised", ("night",))
    assert (steps, ledger.sent, message in shown.content) == ([ended], [], True)


async def test_without_advice_the_model_is_told_to_go_on_without() -> None:
    async with workshop(refund) as shop:
        govern(shop, Rules(lambda _: Deny("nothing permits it")))
        ended = await shop.ended(shop.order("refund", REFUND))
    assert ended.fault is not None
    assert (ended.fault.message, ended.fault.hint) == (
        "refund was not called: denied: nothing permits it",
        DO_WITHOUT,
    )


async def test_policies_that_cannot_be_applied_stop_the_call_and_not_the_run() -> None:
    def broken(_: CallRequest) -> Verdict:
        raise LookupError("no such table")

    async with workshop(refund) as shop:
        ledger = govern(shop, Rules(broken))
        ended = await shop.ended(shop.order("refund", REFUND))
    assert ended.fault is not None
    assert (ended.outcome, ended.fault.kind, ledger.sent) == (Outcome.REFUSED, ErrorKind.DENIED, [])
    assert "LookupError: no such table" in ended.fault.message


async def test_it_is_asked_with_the_arguments_as_the_function_gets_them_and_the_circumstances() -> None:
    rules = Rules(lambda _: Allow())
    async with workshop(get_order, refund) as shop:
        govern(shop, rules)
        await shop.ended(shop.order("get_order", '{"order_id": "4711"}'))
        await shop.ended(shop.order("refund", '{"order_id": "4711", "amount": "7"}', index=2))
    read, paid = rules.asked
    assert (read.arguments, read.effect, read.reversibility) == (
        {"order_id": "4711", "detail": "short"},
        Effect.READ,
        None,
    )
    assert (paid.arguments, paid.reversibility) == ({"order_id": "4711", "amount": 7}, IRREVERSIBLE)
    assert (paid.app, paid.node, paid.agent, paid.autonomy, paid.tenant) == ("shop", "desk", "desk", "chained", "acme")


@pytest.mark.parametrize(("turn", "trust"), [(1, Trust.USER), (2, Trust.UNTRUSTED)])
async def test_from_its_second_turn_on_an_agent_has_seen_what_nobody_vouches_for(turn: int, trust: Trust) -> None:
    async with workshop(refund) as shop:
        order = replace(shop.order("refund", REFUND), turn=turn)
        assert least_trust(order, shop.recorder.state) is trust


async def test_a_node_calls_for_no_agent_with_what_others_have_made() -> None:
    rules = Rules(lambda _: Allow())
    async with workshop(get_order) as shop:
        govern(shop, rules, NOBODY)
        await shop.ended(shop.order("get_order", '{"order_id": "1"}', is_node=True))
    (asked,) = rules.asked
    assert (asked.agent, asked.autonomy, asked.trust) == (None, "", Trust.UNTRUSTED)


async def test_it_tells_how_sure_the_model_says_it_is() -> None:
    @tool(effect=Effect.READ)
    async def guess(what: str, confidence: float, price: Decimal = Decimal("9.90")) -> str:
        """Guess."""
        return what

    rules = Rules(lambda _: Allow())
    async with workshop(guess) as shop:
        govern(shop, rules)
        await shop.ended(shop.order("guess", '{"what": "x", "confidence": 0.4}'))
    (asked,) = rules.asked
    assert (asked.confidence, asked.arguments["price"]) == (0.4, "9.90")


@pytest.mark.parametrize("verdict", [Deny("no refunds any more"), Ask("now the user must say yes", (FROM_USER,))])
async def test_a_call_that_may_have_been_made_is_in_doubt_when_it_may_not_be_sent_again(verdict: Verdict) -> None:
    async with workshop(refund) as shop:
        ledger = govern(shop, Rules(lambda _: verdict))
        await shop.invoke(shop.order("refund", REFUND, attempt=2))
        (last,) = await shop.steps()
    assert isinstance(last, StepInterrupted)
    assert (last.attempt, last.in_doubt, ledger.sent) == (1, True, [])
    assert "key" not in last.reason


async def test_a_call_that_is_simulated_is_judged_by_the_arguments_the_model_gave() -> None:
    async with workshop(get_order) as shop:
        shop.resources = {Ledger: Ledger()}
        invocation = shop.invocation(shop.order("get_order", '{"order_id": "4711"}'))
        for stage in (Known(shop.registry), Arguments()):
            assert await stage.run(invocation) is None
        companion = read_companion(lambda: "made up", "simulation", "get_order", get_order.signature)
        invocation.simulation, invocation.values = companion, {}
        asked = request_of(invocation, DESK)
    assert asked is not None
    assert asked.arguments == {"order_id": "4711", "detail": "short"}


async def test_where_nobody_decides_no_call_passes_there() -> None:
    async with workshop(refund) as shop:
        assert "authorised" not in [stage.name for stage in shop.executor.stages]
        govern(shop, Rules(lambda _: Allow()))
        names = [stage.name for stage in shop.executor.stages]
    assert names.index("fork") < names.index("authorised") < names.index("intent")
