"""What a status says of a call: never that nothing was done where something may have been."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.http.port import Answer
from holdfast.integration.http.verdict import check_done, retry_after_seconds
from holdfast.integration.tools.caught import caught
from holdfast.integration.tools.failures import OutcomeUnknown, ToolFailure

DATE = "Tue, 14 Nov 2023 22:13:20 GMT"


@given(st.integers(100, 599), st.booleans(), st.binary(max_size=200), st.sampled_from(["", "7", "soon", DATE]))
def test_only_success_is_done_and_no_trouble_of_a_server_is_taken_for_a_no(
    status: int, looks: bool, body: bytes, after: str
) -> None:
    answer = Answer(status, {"retry-after": after, "content-type": "application/json"}, body)
    is_done, is_trouble = 200 <= status < 300, status >= 500 and not (status == 503 and after == "7")
    raised = caught(partial(check_done, looks=looks), "shop", answer)
    match getattr(raised, "error", None):
        case None:
            assert is_done
        case OutcomeUnknown():
            assert not looks
            assert not is_done
        case ToolFailure(message=message):
            assert not is_done
            assert looks or not is_trouble
            assert len(message) < 500
        case other:
            pytest.fail(f"raised {other!r}")


def test_a_body_that_is_nested_without_end_changes_nothing() -> None:
    answer = Answer(404, {"content-type": "application/json"}, b"[" * 500_000)
    with pytest.raises(ToolFailure, match=r"404 Not Found$"):
        check_done("shop", answer, looks=False)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "tomorrow"}, None),
        ({"retry-after": "Tue, 14 Nov 2023 22:14:20 GMT", "date": DATE}, 60.0),
        ({"retry-after": "Tue, 14 Nov 2023 22:14:20 GMT"}, None),
        ({}, None),
    ],
)
def test_how_long_to_stay_away_is_read_in_both_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers) == seconds
