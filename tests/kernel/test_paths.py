"""Step paths: readable, and different for different steps whatever the keys are."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.kernel import paths
from holdfast.kernel.errors import DefinitionError

LONG = "x" * (paths.KEY_LENGTH_MAX - 1)
KEYS = st.text(st.characters(), max_size=200) | st.text("aé/", min_size=100, max_size=200)


def test_a_path_reads_like_the_flow() -> None:
    scan = paths.item(paths.below("review", "scan"), "src-2")
    assert paths.call(scan, 3, 1) == "review/scan[src-2]/turn.3/call.1"
    assert paths.call(scan, 3, 1).startswith(paths.turn(scan, 3) + "/")


@given(KEYS, KEYS)
@example("a" * 121, "a" * 122)
@example("/" * 100, "/" * 101)
@example("\ud800", "�")
@example("\udcc3\udca9", "é")
@example("%2F", "/")
def test_different_keys_have_different_paths(one: str, other: str) -> None:
    assert (paths.item("scan", one) == paths.item("scan", other)) is (one == other)


@given(KEYS)
def test_a_key_never_breaks_out_of_its_brackets_and_stays_short(key: str) -> None:
    inside = re.fullmatch(r"scan\[([A-Za-z0-9_.:@+%~-]*)\]", paths.item("scan", key))
    assert inside is not None
    assert len(inside.group(1)) <= paths.KEY_LENGTH_MAX


def test_a_long_key_cannot_be_made_to_look_like_a_cut_one() -> None:
    cut = paths.item("scan", LONG + "abc")
    assert paths.item("scan", cut.removeprefix("scan[").removesuffix("]")) != cut


def test_a_plain_key_is_left_as_it_is() -> None:
    assert paths.item("scan", "src.main:1@a+b-c_D") == "scan[src.main:1@a+b-c_D]"
    assert paths.item("scan", "a/b c") == "scan[a%2Fb%20c]"
    assert paths.item("scan", LONG) == f"scan[{LONG}]"


@pytest.mark.parametrize("name", ["scan", "a", "a_b_c9", "a" * 64])
def test_a_lower_case_name_can_stand_in_a_path(name: str) -> None:
    assert paths.check_name(name, "node") == name


@pytest.mark.parametrize("name", ["", "Scan", "9a", "a/b", "a b", "a[b]", "a.b", "a" * 65, "a\n", "é"])
def test_a_name_that_would_break_a_path_is_refused_and_named(name: str) -> None:
    with pytest.raises(DefinitionError, match=r"node .* cannot stand in a step path: expected"):
        paths.check_name(name, "node")
