"""The decision point made of an app's policies: one evaluation by Cedar, and what follows from the policies that hold.

Deny is the default. A forbid that holds wins over everything; where a permit holds, a rule that asks wins over one that
does not; what cannot be evaluated is denied.
"""

from collections.abc import Iterable, Sequence

import cedarpy
import msgspec

from holdfast.governance.policy.circumstances import CIRCUMSTANCES_SAID
from holdfast.governance.policy.declared import Declared, Source
from holdfast.governance.policy.policy import Effect, Policy
from holdfast.governance.policy.reading import read_policies
from holdfast.governance.policy.shapes import Unrepresentable, represent
from holdfast.governance.policy.slices import Slice, cut
from holdfast.governance.verdict import Allow, Ask, CallRequest, Deny, Verdict

VERDICTS_KEPT_MAX = 256
_GRANTS = (Effect.ALLOW, Effect.ASK)
_json = msgspec.json.Encoder()


class Policies:
    """Decides of the calls of one app. Policies are parsed once; each decision looks at those that can bear on it."""

    def __init__(self, declared: Declared, sources: Sequence[Source]) -> None:
        """Raises DefinitionError for a policy that cannot be understood, or does not fit the app."""
        self.policies = read_policies(declared, sources)
        self._app = declared.app
        self._tools = {tool.name: tool for tool in declared.tools}
        self._agents = frozenset(agent.name for agent in declared.agents)
        self._slices: dict[tuple[str, str | None], Slice] = {}

    def decide(self, request: CallRequest) -> Verdict:
        """Return what the policies say of ``request``."""
        bearing = self.bearing_on(request.tool, request.agent)
        if bearing is None:
            return Deny(f"no policy can permit {request.tool} to {_who(request)}: the app declares no such call")
        try:
            context = _json.encode(_context(request, bearing)).decode()
        except Unrepresentable as error:
            return Deny(str(error))
        key = (request.node if request.agent is None else request.agent, context)
        known = bearing.memo.get(key)
        if known is not None:
            return known
        if len(bearing.memo) >= VERDICTS_KEPT_MAX:
            bearing.memo.clear()
        verdict = bearing.memo[key] = _decided(request, bearing, context, self._app)
        return verdict

    def bearing_on(self, tool: str, agent: str | None) -> Slice | None:
        """Return the policies that can bear on calls of ``tool`` by ``agent``; None if the app declares no such."""
        key = (tool, agent)
        found = self._slices.get(key)
        if found is None and tool in self._tools and (agent is None or agent in self._agents):
            found = self._slices[key] = cut(self.policies, self._tools[tool], agent)
        return found


def _decided(request: CallRequest, bearing: Slice, context: str, app: str) -> Verdict:
    agent = request.agent
    asked = {
        "principal": {"type": "Agent", "id": agent} if agent is not None else {"type": "Node", "id": request.node},
        "action": {"type": "Action", "id": request.tool},
        "resource": {"type": "App", "id": app},
        "context": context,
    }
    said = cedarpy.is_authorized(asked, bearing.parsed, bearing.entities).diagnostics
    if said.errors:
        return Deny(f"a policy could not be evaluated: {'; '.join(said.errors)}")
    held = frozenset(said.reasons)
    return _verdict(request, bearing, [each for name, each in bearing.policies.items() if name in held])


def _verdict(request: CallRequest, bearing: Slice, held: list[Policy]) -> Verdict:
    names, effects = tuple(each.name for each in held), {each.effect for each in held}
    if Effect.FORBID in effects:
        reasons = _joined(each.reason or f"{each.name} forbids it" for each in held)
        return Deny(reasons, names, _joined(each.advice for each in held))
    if effects.isdisjoint(_GRANTS):
        return _not_permitted(request, bearing)
    if effects == {Effect.ALLOW}:
        return Allow(names)
    asking = [each for each in held if each.effect is not Effect.ALLOW]
    reasons = _joined(each.reason or f"{each.name} asks" for each in asking)
    return Ask(reasons, tuple(dict.fromkeys(each.asking for each in asking)), names)


def _not_permitted(request: CallRequest, bearing: Slice) -> Deny:
    """Return a denial that names the policies which would permit the call in other circumstances."""
    permits = [each for each in bearing.policies.values() if each.effect in _GRANTS]
    told = f"no policy permits {_who(request)} to call {request.tool}"
    if permits:
        others = ", ".join(each.name for each in permits)
        told += f" with these arguments, in these circumstances ({others} would in others)"
    return Deny(told, advice=_joined(each.advice for each in permits))


def _context(request: CallRequest, bearing: Slice) -> dict[str, object]:
    """Return what the policies go by. Raises Unrepresentable."""
    context: dict[str, object] = {"args": _arguments(request, bearing)}
    for name, said in CIRCUMSTANCES_SAID.items():
        if bearing.reads(name):
            value = said(request)
            if value is not None:
                context[name] = value
    return context


def _arguments(request: CallRequest, bearing: Slice) -> dict[str, object]:
    """Return the arguments that a policy goes by: what none reads need not be said.

    Raises Unrepresentable for one that is read and cannot be said: left out, it would slip past a policy that asks
    whether it is there.
    """
    fields, said = bearing.arguments.fields, dict[str, object]()
    if unknown := request.arguments.keys() - fields.keys() - bearing.arguments.unsaid:
        raise Unrepresentable(f"it has arguments that its declaration has not: {', '.join(sorted(unknown))}")
    for name, field in fields.items():
        value = request.arguments.get(name)
        if value is None or not bearing.reads(f"args.{name}"):
            continue
        try:
            said[name] = represent(value, field.shape)
        except Unrepresentable as error:
            message = f"its argument {name} cannot be said in Cedar, and a policy goes by it: {error}"
            raise Unrepresentable(message) from None
    return said


def _who(request: CallRequest) -> str:
    return request.agent or f"the node {request.node}"


def _joined(said: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(each for each in said if each))
