"""What a picture says of a review: its criteria, and how often the result is revised. Pure."""

from collections.abc import Iterator

from holdfast.orchestration.flow.review import Review


def criteria_told(review: Review) -> Iterator[str]:
    """Yield each criterion with its expression."""
    for criterion in review.criteria:
        yield f"{criterion.name}  {criterion.holds}"


def rounds_told(review: Review) -> str:
    """Return how often the result is revised before a person decides."""
    if review.revise is None:
        return "then a person"
    return f"at most {review.rounds_max} {'round' if review.rounds_max == 1 else 'rounds'}, then a person"
