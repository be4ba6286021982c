"""What differs between two reviews: what is asked of a result, and the nodes that check and revise it. Pure."""

from collections.abc import Iterator

import msgspec

from holdfast.orchestration.flow.difference import Change, Difference, differences
from holdfast.orchestration.flow.nodes import kind
from holdfast.orchestration.flow.review import Review

REVIEW = "review"
ROLES = ("check", "revise")


def review_differences(old: Review | None, new: Review | None) -> tuple[Difference, ...]:
    """Return what differs in ``new``; none if and only if the two are equal. A node's path begins with its role."""
    if old is None or new is None:
        change = Change.REMOVED if new is None else Change.ADDED
        return () if old == new else (Difference(REVIEW, change, REVIEW),)
    return (*_fields(old, new), *(found for role in ROLES for found in _of_role(role, old, new)))


def _fields(old: Review, new: Review) -> Iterator[Difference]:
    for name in Review.__struct_fields__:
        before, after = (msgspec.to_builtins(getattr(each, name)) for each in (old, new))
        if name not in ROLES and before != after:
            yield Difference(REVIEW, Change.CHANGED, REVIEW, field=name, before=before, after=after)


def _of_role(role: str, old: Review, new: Review) -> Iterator[Difference]:
    before, after = old.nodes.get(role), new.nodes.get(role)
    if before is not None and after is not None:
        for each in differences(before, after):
            was = f"{role}: {each.was}" if each.was else ""
            yield msgspec.structs.replace(each, path=f"{role}: {each.path}", was=was)
    elif before is not None:
        yield Difference(f"{role}: {before.name}", Change.REMOVED, kind(before))
    elif after is not None:
        yield Difference(f"{role}: {after.name}", Change.ADDED, kind(after))
