"""Texts that differ by a little have sketches alike; others do not."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.sketch import SKETCH_SIZE, SKETCHED_BYTES_MAX, are_alike, sketch_of


@given(st.text(min_size=200, max_size=400), st.integers(0, 9))
def test_arguments_that_differ_by_a_sign_have_sketches_alike(text: str, number: int) -> None:
    one, other = (f"{number}{text}{each}".encode() for each in (number, number + 1))
    assert are_alike(sketch_of(one), sketch_of(one))
    if len({one[at : at + 4] for at in range(len(one))}) > 100:
        assert are_alike(sketch_of(one), sketch_of(other))


def test_other_arguments_have_other_sketches() -> None:
    texts = ("book a flight to Rome for two", "cancel reservation X7K2 at once", '{"id": 4711, "amount": 12.5}')
    sketches = [sketch_of(text.encode()) for text in texts]
    assert not any(are_alike(one, other) for one in sketches for other in sketches if one is not other)


def test_a_sketch_is_small_and_soon_made_however_long_the_text() -> None:
    assert len(sketch_of(bytes(range(256)) * 40)) == SKETCH_SIZE
    head = b"the beginning " * 400
    assert sketch_of(head + b"one end") == sketch_of(head + b"another end")
    assert len(head) > SKETCHED_BYTES_MAX
    assert not are_alike((), ())
