"""What has changed from one version of a plan to the next, for whoever is to approve it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from enum import StrEnum

import msgspec

from holdfast.orchestration.plan.schema import Plan, PlanStep

SHOWN_CHARACTERS_MAX = 120


class ChangeKind(StrEnum):
    """What became of a step."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One difference; of a changed step one of its fields, as it was and as it is."""

    kind: ChangeKind
    step: str
    uses: str = ""
    field: str = ""
    was: object = None
    now: object = None


def changes(before: Plan | None, now: Plan) -> list[Change]:
    """Return what differs, in the order of the steps: what is gone first. Of a first version every step is new."""
    old = {} if before is None else before.by_name
    gone = [Change(ChangeKind.REMOVED, name, step.uses) for name, step in old.items() if name not in now.by_name]
    return gone + [change for step in now.steps for change in _of_step(old.get(step.name), step)]


def told_changes(found: Sequence[Change]) -> list[str]:
    """Return a line for each difference."""
    return [_line(change) for change in found]


def _of_step(before: PlanStep | None, now: PlanStep) -> Iterator[Change]:
    if before is None:
        yield Change(ChangeKind.ADDED, now.name, now.uses)
        return
    for each in fields(PlanStep):
        was, is_now = getattr(before, each.name), getattr(now, each.name)
        if was != is_now:
            yield Change(ChangeKind.CHANGED, now.name, now.uses, each.name, was, is_now)


def _line(change: Change) -> str:
    match change.kind:
        case ChangeKind.ADDED:
            return f"+ {change.step} ({change.uses})"
        case ChangeKind.REMOVED:
            return f"- {change.step} ({change.uses})"
        case ChangeKind.CHANGED:
            return f"~ {change.step}.{change.field}: {_shown(change.was)} → {_shown(change.now)}"


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= SHOWN_CHARACTERS_MAX else f"{text[:SHOWN_CHARACTERS_MAX]}…"
