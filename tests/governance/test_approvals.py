"""When a yes has been given: whatever the order, by enough different people, and never against a no."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.governance.approvals import bound, deadline_of, is_granted, needs_of, plain
from holdfast.governance.people import People
from holdfast.governance.verdict import Asking
from holdfast.journal.events.approvals import Need, Ruling
from holdfast.journal.fold.approval_state import Decided

NAMES = st.sampled_from(["Ann", "ann ", "ANN", "Bob", "Eve", "\uff21\uff4e\uff4e"])
ROLES = st.lists(st.sampled_from(["finance", "legal"]), unique=True, max_size=2).map(tuple)
DECISIONS = st.lists(
    st.builds(
        Decided, NAMES, st.sampled_from([Ruling.APPROVE, Ruling.EDIT]), st.sampled_from(["operator", "user"]), ROLES
    ),
    max_size=6,
)
NEEDS = st.lists(
    st.builds(Need, st.sampled_from(["operator", "user"]), ROLES, st.integers(1, 3)), min_size=1, max_size=3
).map(tuple)


@given(NEEDS, DECISIONS)
def test_a_yes_is_given_by_as_many_people_as_each_need_asks_for(needs: tuple[Need, ...], said: list[Decided]) -> None:
    def people(need: Need) -> set[str]:
        return {
            plain(each.by) for each in said if each.of == need.of and (not need.roles or {*need.roles} & {*each.roles})
        }

    assert is_granted(needs, said) == all(len(people(need)) >= need.approvals for need in needs)
    assert is_granted(needs, said) == is_granted(needs, said[::-1])


@given(NEEDS, DECISIONS, NAMES)
def test_one_no_outweighs_every_yes(needs: tuple[Need, ...], said: list[Decided], by: str) -> None:
    assert not is_granted(needs, [*said, Decided(by, Ruling.REJECT)])


def test_without_a_need_nothing_is_granted() -> None:
    assert not is_granted((), (Decided("Ann", Ruling.APPROVE),))


def test_what_a_yes_is_bound_to_differs_with_the_tool_and_with_the_arguments() -> None:
    assert len({bound("a", "b"), bound("a", "c"), bound("c", "b"), bound("ab", ""), bound("", "ab")}) == 5


def test_of_several_deadlines_the_first_counts_with_what_happens_at_it() -> None:
    asking = (Asking(deadline_seconds=9.0), Asking(), Asking(deadline_seconds=5.0, at_deadline="abandon"))
    assert deadline_of(asking, 100.0) == (105.0, True)
    assert deadline_of((Asking(),), 100.0) == (None, False)
    tie = (Asking(deadline_seconds=5.0, at_deadline="abandon"), Asking(deadline_seconds=5.0))
    assert deadline_of(tie, 0.0) == deadline_of(tie[::-1], 0.0) == (5.0, False)


def test_of_end_users_one_is_asked_and_of_nobody_nobody() -> None:
    assert needs_of((Asking(of="user", approvals=3), Asking(approvals=0))) == (Need("user"), Need())


def test_people_decide_in_the_roles_they_have() -> None:
    people = People({"Ann": ("finance", "legal")})
    assert people.roles_of("ANN", "operator", ()) == ("finance", "legal")
    assert people.roles_of("ann", "operator", ("legal",)) == ("legal",)
    assert people.roles_of("carl", "user", ()) == ()
    assert People().roles_of("anybody", "operator", ("boss",)) == ("boss",)
