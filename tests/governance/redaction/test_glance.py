"""What passes at a glance holds nothing that a closer look would find."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.governance.redaction.glance import is_harmless
from holdfast.governance.redaction.personal import labelled
from holdfast.governance.redaction.shapes import sighted
from holdfast.kernel.plain_text import Plain, plain
from tests.governance.redaction.test_personal import FOUND
from tests.governance.redaction.test_shapes import SECRETS

PIECES = [
    *SECRETS.values(),
    *(value for _, _, value in FOUND),
    "\x07",
    "\x7f",
    "\u200b",
    "order 4711",
    "2026-11-20",
    "€",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=20)).map(" ".join))
def test_what_is_harmless_at_a_glance_is_so_at_a_closer_look(text: str) -> None:
    if is_harmless(text):
        assert (plain(text), sighted(text), labelled(text)) == (Plain(text), [], [])


def test_most_results_need_no_closer_look() -> None:
    assert is_harmless('{"order_id": "4711", "amount": 12.5, "at": "2026-11-20T14:37:00", "state": "shipped"}\n')


def test_an_id_as_long_as_a_secret_needs_no_closer_look_either() -> None:
    assert is_harmless('{"key": "hf_c0a1f2b3d4e5f6a7b8c9dfe0a1b2c3d4", "id": "3f2ea1b4-7c6d-4e5f-9a0b-1c2d3e4f5a6b"}')
