"""One policy as it is decided by: what Cedar evaluates, and what its annotations say follows where it holds."""

import enum
from collections.abc import Mapping

import msgspec
from cedarpy import pst

from holdfast.governance.verdict import Asking
from holdfast.kernel.errors import DefinitionError

ANNOTATIONS = ("id", "verdict", "reason", "advice", "roles", "approvals", "of", "deadline_seconds", "at_deadline")
_OF, _AT_DEADLINE = ("operator", "user"), ("reject", "abandon")


class Effect(enum.StrEnum):
    """What follows where a policy holds."""

    ALLOW = "allow"
    ASK = "ask"
    """It permits, once somebody has said yes."""
    ASK_IF_PERMITTED = "ask_if_permitted"
    """It permits nothing, but what another permits waits for somebody's yes."""
    FORBID = "forbid"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One policy of a set."""

    name: str
    """Its id."""
    source: str
    effect: Effect
    asking: Asking
    reason: str
    advice: str
    template: pst.Template

    @property
    def is_always(self) -> bool:
        """Whether it holds for every call that it bears on, whatever the arguments and circumstances are."""
        match self.template.principal:
            case pst.ScopeEq(pst.EntityUid(pst.EntityType("Agent"))) | pst.ScopeAny() | pst.ScopeIs():
                return not self.template.clauses
            case _:
                return False


def policy_of(name: str, source: str, template: pst.Template) -> Policy:
    """Return the policy with its annotations read. Raises DefinitionError that names the policy and what is allowed."""
    said = template.annotations
    for key in said:
        if key not in ANNOTATIONS:
            raise DefinitionError(f"policy {name} ({source}): expected one of @{', @'.join(ANNOTATIONS)}, found @{key}")
    try:
        effect = _effect(template, said.get("verdict"))
        return Policy(
            name=name,
            source=source,
            effect=effect,
            asking=_asking(said, effect),
            reason=said.get("reason", ""),
            advice=said.get("advice", ""),
            template=template,
        )
    except ValueError as error:
        raise DefinitionError(f"policy {name} ({source}): {error}") from None


def _effect(template: pst.Template, verdict: str | None) -> Effect:
    if template.effect == "forbid":
        if verdict is not None:
            raise ValueError(f"expected no @verdict on a forbid, found {verdict!r}: forbid wins over everything")
        return Effect.FORBID
    allowed = (Effect.ALLOW, Effect.ASK, Effect.ASK_IF_PERMITTED)
    if verdict is not None and verdict not in allowed:
        raise ValueError(f"expected @verdict to be one of {', '.join(allowed)}, found {verdict!r}")
    return Effect(verdict or Effect.ALLOW)


def _asking(said: Mapping[str, str], effect: Effect) -> Asking:
    about_asking = [key for key in said if key in ANNOTATIONS[4:]]
    if effect in (Effect.ALLOW, Effect.FORBID) and about_asking:
        raise ValueError(f'expected @{about_asking[0]} beside @verdict("ask"), found it alone')
    return Asking(
        of=_one_of(said, "of", _OF),
        roles=tuple(role for each in said.get("roles", "").split(",") if (role := each.strip())),
        approvals=int(_number(said, "approvals", 1)),
        deadline_seconds=_number(said, "deadline_seconds", 0) if "deadline_seconds" in said else None,
        at_deadline=_one_of(said, "at_deadline", _AT_DEADLINE),
    )


def _one_of(said: Mapping[str, str], key: str, allowed: tuple[str, ...]) -> str:
    value = said.get(key, allowed[0])
    if value not in allowed:
        raise ValueError(f"expected @{key} to be {' or '.join(allowed)}, found {value!r}")
    return value


def _number(said: Mapping[str, str], key: str, least: int) -> float:
    """Return what stands under ``key``, a whole number; 1 where nothing does."""
    value = said.get(key, "1")
    if not (value.isascii() and value.isdigit() and int(value) >= least):
        raise ValueError(f"expected @{key} to be a whole number from {least}, found {value!r}")
    return int(value)
