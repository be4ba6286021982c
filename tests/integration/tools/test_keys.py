"""A call that is made again because a step is done again goes under the key it had; no other call ever does."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.tools.invocation import Order
from holdfast.integration.tools.keys import key_for
from holdfast.journal.events.retries import SentBefore
from holdfast.journal.fold.state import Sent
from holdfast.kernel.ids import RunId
from holdfast.kernel.messages import ToolCall

RUN = RunId("run_a")
TOOLS, ARGUMENTS = ("charge", "refund"), ("five", "six")


def order(turn: int = 1, call: int = 1, family: int = 0) -> Order:
    return Order(
        tenant="acme",
        run=RUN,
        node="desk",
        call=ToolCall("", "", ""),
        granted=frozenset(),
        turn=turn,
        index=call,
        family=family,
    )


def sent(tool: str, arguments: str, key: str, *, step: str | None = None, is_void: bool = False) -> Sent:
    return Sent(SentBefore("desk", tool, arguments, key, 100.0, is_void), step)


def test_the_same_call_goes_under_its_old_key_at_whatever_turn() -> None:
    past = [sent("charge", "five", "hf_old")]
    found = key_for(order(turn=7, call=3), "charge", "five", past)
    assert (found.key, found.known_until) == ("hf_old", 100.0)


def test_each_old_key_is_taken_once_and_kept_by_whoever_took_it() -> None:
    past = [sent("charge", "five", "hf_1", step="desk/turn.1/call.1"), sent("charge", "five", "hf_2")]
    assert key_for(order(), "charge", "five", past).key == "hf_1"
    assert key_for(order(call=2), "charge", "five", past).key == "hf_2"


def test_other_arguments_or_another_tool_have_a_key_of_their_own() -> None:
    past = [sent("charge", "five", key_for(order(), "charge", "five").key)]
    assert key_for(order(), "refund", "five", past).key != past[0].before.key
    assert key_for(order(), "charge", "six", past).key != past[0].before.key


def test_what_came_to_nothing_for_certain_is_never_sent_under_that_key_again() -> None:
    plain = key_for(order(), "charge", "five").key
    past = [sent("charge", "five", plain, is_void=True)]
    assert key_for(order(), "charge", "five", past).key != plain


def test_a_definite_failure_opens_a_new_key_from_the_old_one() -> None:
    past = [sent("charge", "five", "hf_old", step="desk/turn.1/call.1")]
    keys = {key_for(order(family=family), "charge", "five", past).key for family in range(4)}
    assert len(keys) == 4


@given(st.lists(st.tuples(st.sampled_from(TOOLS), st.sampled_from(ARGUMENTS)), max_size=5), st.data())
def test_no_two_calls_of_one_life_share_a_key(before: list[tuple[str, str]], data: st.DataObject) -> None:
    """Whatever was sent in the past, and in whatever order it is asked for now."""
    past = [
        sent(tool, arguments, key_for(order(turn=place), tool, arguments).key)
        for place, (tool, arguments) in enumerate(before, 1)
    ]
    wanted = data.draw(st.lists(st.tuples(st.sampled_from(TOOLS), st.sampled_from(ARGUMENTS)), max_size=5))
    taken: list[str] = []
    for place, (tool, arguments) in enumerate(wanted, 1):
        now = order(turn=place)
        key = key_for(now, tool, arguments, past).key
        assert key == key_for(now, tool, arguments, past).key
        past = [Sent(each.before, now.path) if each.before.key == key and each.step is None else each for each in past]
        taken.append(key)
        old = next((each.before for each in past if each.before.key == key), None)
        assert old is None or (old.tool, old.arguments) == (tool, arguments)
    assert len(set(taken)) == len(taken)
