"""What was consumed is counted once and told the same everywhere."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.limits import Spend
from holdfast.observability.projection import project
from holdfast.observability.usage import cost_usd, figures, spend_below, total
from tests.observability.journals import Notebook, called, replied

COUNTS = st.integers(0, 10_000)
SPENDS = st.builds(
    Spend, input_tokens=COUNTS, output_tokens=COUNTS, turns=COUNTS, tool_calls=COUNTS, calls_of_unknown_cost=COUNTS
)


def test_a_cost_nobody_knows_is_not_zero() -> None:
    assert cost_usd(Spend(calls_of_unknown_cost=1)) is None


def test_a_cost_known_in_part_is_told_with_how_many_calls_it_leaves_out() -> None:
    told = figures(Spend(usd=0.25, calls_of_unknown_cost=2))
    assert (told.cost_usd, told.calls_of_unknown_cost) == (0.25, 2)


def test_nothing_called_costs_nothing() -> None:
    assert cost_usd(Spend()) == 0


@given(st.lists(SPENDS))
def test_the_sum_is_the_sum_of_every_field(spends: list[Spend]) -> None:
    summed = total(spends)
    for name in Spend.__struct_fields__:
        assert getattr(summed, name) == sum(getattr(spend, name) for spend in spends)


def test_a_node_has_consumed_what_the_agents_below_it_have() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1), replied(1))
    state = project(book.notes).state
    assert spend_below(state, "review") == state.spend
    assert spend_below(state, "revie") == Spend()
