"""Identifiers sort by the time they were made, never meet by accident, and follow from what they follow from."""

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from holdfast.kernel.ids import (
    RunId,
    child_run_id,
    commit_id,
    digest,
    idempotency_key,
    new_letter_id,
    new_run_id,
    requested_run_id,
)
from holdfast.kernel.randomness import SeededRandomness, SystemRandomness

NOW = 1_800_000_000.0
RUN_ID = re.compile(r"run_[0-9A-HJKMNP-TV-Z]{26}\Z")
INSTANTS = st.floats(min_value=0, max_value=4_000_000_000)
TEXTS = st.text(st.characters(), max_size=20)


@given(INSTANTS, INSTANTS)
def test_run_ids_sort_by_the_millisecond_they_were_made_in(first: float, second: float) -> None:
    assume(int(first * 1000) < int(second * 1000))
    randomness = SystemRandomness()
    assert new_run_id(first, randomness) < new_run_id(second, randomness)


def test_run_ids_of_the_same_instant_differ() -> None:
    randomness = SystemRandomness()
    assert len({new_run_id(NOW, randomness) for _ in range(1000)}) == 1000
    assert len({new_letter_id(randomness) for _ in range(1000)}) == 1000


@given(INSTANTS, TEXTS, TEXTS)
def test_every_way_to_a_run_id_gives_the_same_shape(now: float, tenant: str, request: str) -> None:
    made = new_run_id(now, SeededRandomness(0))
    for run in (made, requested_run_id(tenant, request, now), child_run_id(made, "flow/step")):
        assert RUN_ID.match(run)


@given(st.integers(0, 2**32), INSTANTS)
def test_a_seed_gives_the_same_ids_again(seed: int, now: float) -> None:
    assert new_run_id(now, SeededRandomness(seed)) == new_run_id(now, SeededRandomness(seed))


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), TEXTS), min_size=2, max_size=2, unique=True))
def test_a_child_has_one_id_by_parent_and_path_and_sorts_with_its_parent(steps: list[tuple[str, str]]) -> None:
    parents = {name: new_run_id(NOW, SeededRandomness(number)) for number, name in enumerate("ab")}
    (one, path), (other, other_path) = steps
    child = child_run_id(parents[one], path)
    assert child == child_run_id(parents[one], path)
    assert child != child_run_id(parents[other], other_path)
    assert child[:14] == parents[one][:14]


@given(st.tuples(TEXTS, TEXTS), st.tuples(TEXTS, TEXTS))
def test_requests_share_a_run_id_only_when_tenant_and_request_are_the_same(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert (requested_run_id(*one, NOW) == requested_run_id(*other, NOW)) is (one == other)


@given(TEXTS)
def test_a_request_never_has_the_id_of_a_child(path: str) -> None:
    parent = new_run_id(NOW, SeededRandomness(0))
    assert requested_run_id(parent, path, NOW) != child_run_id(parent, path)


@given(st.lists(st.binary(max_size=12), max_size=4), st.lists(st.binary(max_size=12), max_size=4))
def test_no_pieces_pose_as_others_in_a_digest(one: list[bytes], other: list[bytes]) -> None:
    assert (digest(*one) == digest(*other)) is (one == other)


@given(st.binary(max_size=20), st.integers(0, 20))
def test_a_piece_never_poses_as_two(whole: bytes, cut: int) -> None:
    assert digest(whole) != digest(whole[:cut], whole[cut:])


@given(
    st.lists(
        st.tuples(st.sampled_from(["t", "u"]), st.sampled_from(["run_a", "run_b"]), TEXTS, TEXTS, st.integers(0, 3)),
        min_size=2,
        max_size=2,
        unique=True,
    )
)
def test_an_idempotency_key_is_new_for_every_other_effect_and_the_same_for_the_same(
    effects: list[tuple[str, str, str, str, int]],
) -> None:
    one, other = (
        idempotency_key(tenant, RunId(run), path, arguments, family) for tenant, run, path, arguments, family in effects
    )
    tenant, run, path, arguments, family = effects[0]
    assert one == idempotency_key(tenant, RunId(run), path, arguments, family)
    assert one != other


def test_a_commit_id_names_driver_and_version() -> None:
    run = RunId("run_a")
    assert len({commit_id(run, 1, 11), commit_id(run, 11, 1), commit_id(run, 1, 1), commit_id(RunId("b"), 1, 1)}) == 4
