"""What is different between two versions of an app, in lines. Pure."""

from collections.abc import Iterator

import msgspec

from holdfast.orchestration.flow.difference import Difference
from holdfast.surfaces.cli.showing.wording import counted


class Comparison(msgspec.Struct, frozen=True):
    """What is different in the present version of an app."""

    app: str
    against: str
    flow: tuple[Difference, ...]
    review: tuple[Difference, ...] = ()
    definitions: tuple[str, ...] = ()
    """The names of what else has changed: agents, tools, functions, scripts; known of a run only."""


def difference_lines(found: Comparison) -> Iterator[str]:
    """Yield one line for each difference, after one that counts them."""
    count = len(found.flow) + len(found.review) + len(found.definitions)
    if not count:
        yield f"{found.app} is the same as in {found.against}"
        return
    yield f"{found.app} against {found.against}: {counted(count, 'difference')}"
    yield from (f"  {each}" for each in found.flow)
    yield from (f"  review, {each}" for each in found.review)
    yield from (f"  {name} is not the same" for name in found.definitions)
