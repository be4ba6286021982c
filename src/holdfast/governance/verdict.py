"""What is to be decided of a call before it is made, and what can be decided: values only."""

from typing import Protocol

import msgspec

from holdfast.kernel.effects import Effect
from holdfast.kernel.provenance import Trust


class CallRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One call, as a policy sees it: who asks, for whom, for what, and in which circumstances."""

    tool: str
    arguments: dict[str, object]
    """As JSON data, checked against the tool's schema."""
    effect: Effect
    reversibility: str | None
    """The name of the tool that undoes it, or ``irreversible``; None if it changes nothing."""
    app: str
    node: str
    """The path of the node that calls."""
    agent: str | None = None
    """Whose turn it is; None if the node is itself a tool."""
    user: str | None = None
    """The end user for whom the run acts."""
    tenant: str = "default"
    server: str | None = None
    """The MCP server that offers the tool."""
    permission: str | None = None
    """What the tool says that its caller must be permitted."""
    trust: Trust = Trust.UNTRUSTED
    """How far the least trusted content is trusted that the caller has seen."""
    autonomy: str = ""
    """The level of the agent, empty for a node."""
    confidence: float | None = None
    """How sure the agent said that it is, from 0 to 1."""
    spent_usd: float = 0.0
    turns: int = 0
    tool_calls: int = 0


class Asking(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who has to say yes before a call is made."""

    of: str = "operator"
    """``operator``, or ``user``: the end user's own confirmation, which is a thing of its own."""
    roles: tuple[str, ...] = ()
    """Whoever decides must have one of them; empty: anybody who may decide at all."""
    approvals: int = 1
    """How many different people must say yes; 2: four eyes."""
    deadline_seconds: float | None = None
    """Nobody is asked any more after so long; None: it waits for as long as it takes."""
    at_deadline: str = "reject"
    """``reject``: the call is refused then; ``abandon``: the node fails."""


class Allow(msgspec.Struct, frozen=True):
    """The call may be made."""

    policies: tuple[str, ...] = ()
    """The ids of the policies that say so."""


class Deny(msgspec.Struct, frozen=True):
    """The call is refused."""

    reason: str
    policies: tuple[str, ...] = ()
    """The ids of the policies that forbid it; none if nothing permits it."""
    advice: str = ""
    """What to do instead."""


class Ask(msgspec.Struct, frozen=True):
    """The call may be made once somebody has said yes to it, with exactly these arguments."""

    reason: str
    asking: tuple[Asking, ...] = (Asking(),)
    """All of these must be satisfied: an operator's approval does not stand for the end user's confirmation."""
    policies: tuple[str, ...] = ()


Verdict = Allow | Deny | Ask


def policies_of(verdict: Verdict | None) -> tuple[str, ...]:
    """Return the ids of the policies behind ``verdict``; none where nobody was asked."""
    return () if verdict is None else verdict.policies


class DecisionPoint(Protocol):
    """Decides of calls. What it raises stops the call: a guard fails closed."""

    def decide(self, request: CallRequest) -> Verdict:
        """Return what is decided. Asked again for the same call it may decide otherwise, if circumstances have."""


class AllowAll:
    """Decides where no policy was given: whatever is granted may be called."""

    def decide(self, request: CallRequest) -> Verdict:
        """Allow it."""
        return _ALLOWED


_ALLOWED = Allow()
ALLOW_ALL = AllowAll()
