"""Whether two specifiers allow any version together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from holdfast.apps.review.analysers.dependencies.versions import fits, have_no_version_in_common


@pytest.mark.parametrize(
    ("one", "other", "is_conflict"),
    [
        ("==1.0", "==1.1", True),
        ("==1.0", ">=1.0", False),
        (">=2", "<2", True),
        (">=2", "<=2", False),
        (">2", "<3", False),
        (">1.0,<2", ">=2,<3", True),
        ("~=1.4", "==1.9", False),
        ("~=1.4.2", "==1.5", True),
        ("==1.*", ">=1.5", False),
        ("==1.*", ">=2", True),
        ("!=1.0", "==1.0", True),
        ("!=1.0", ">=1.0", False),
        ("", "==1.0", False),
        ("nonsense", "==1.0", False),
        (">=1!2", "<2", True),
    ],
)
def test_a_conflict_is_one_that_no_version_resolves(one: str, other: str, is_conflict: bool) -> None:
    assert have_no_version_in_common(one, other) is is_conflict
    assert have_no_version_in_common(other, one) is is_conflict


_VERSIONS = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda parts: f"{parts[0]}.{parts[1]}")
_SPECIFIERS = st.lists(
    st.tuples(st.sampled_from(["==", ">=", "<=", ">", "<", "!="]), _VERSIONS).map("".join), min_size=1, max_size=2
).map(",".join)


@given(_SPECIFIERS, _SPECIFIERS)
def test_a_conflict_is_never_claimed_where_a_version_fits_both(one: str, other: str) -> None:
    tried = [f"{major}.{minor}{patch}" for major in range(5) for minor in range(5) for patch in ("", ".1", ".9")]
    both = SpecifierSet(one) & SpecifierSet(other)
    if any(both.contains(version) for version in tried):
        assert not have_no_version_in_common(one, other)


def test_what_cannot_be_read_is_not_held_against_anybody() -> None:
    assert fits("nonsense", ">=1")
    assert fits("1.0", "nonsense")
