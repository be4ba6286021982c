"""Events come out of bytes the same, wherever the line cuts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.gateway.providers.server_events import EVENT_BYTES_MAX, EventReader, EventTooLarge

datas = st.lists(st.text(st.characters(exclude_characters="\r\n"), min_size=1), max_size=6)


def read(pieces: list[bytes]) -> list[bytes]:
    reader = EventReader()
    return [data for piece in pieces for data in reader.feed(piece)] + reader.end()


@given(datas, st.sampled_from(["\n", "\r\n"]), st.lists(st.integers(0, 400), max_size=12))
def test_events_do_not_depend_on_where_they_are_cut(datas: list[str], end: str, cuts: list[int]) -> None:
    body = "".join(f": a comment{end}event: word{end}data: {data}{end}{end}" for data in datas).encode()
    places = sorted(min(cut, len(body)) for cut in cuts)
    pieces = [body[start:stop] for start, stop in zip([0, *places], [*places, len(body)], strict=True)]
    assert read(pieces) == [data.encode() for data in datas]


@pytest.mark.parametrize(
    ("body", "datas"),
    [
        (b"data: one\ndata: two\n\n", [b"one\ntwo"]),
        (b"data:bare\n\n", [b"bare"]),
        (b"data: last", [b"last"]),
        (b"\xef\xbb\xbfdata: after a mark\n\n", [b"after a mark"]),
        (b"id: 1\nretry: 5\n\n: nothing\n\n", []),
        (b'data: {"a": "\xe2\x80\xa8"}\n\n', [b'{"a": "\xe2\x80\xa8"}']),
    ],
)
def test_events_are_read_as_the_standard_says(body: bytes, datas: list[bytes]) -> None:
    assert read([body]) == datas


def test_an_event_without_an_end_is_not_collected_for_ever() -> None:
    reader = EventReader()
    with pytest.raises(EventTooLarge):
        reader.feed(b"data: " + b"x" * EVENT_BYTES_MAX)
