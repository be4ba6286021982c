"""The circumstances of a call that policies may go by: their types in Cedar, and how each is read off a request."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from holdfast.governance.policy.shapes import DECIMAL_DIGITS, Field, Kind, decimal_value
from holdfast.governance.verdict import CallRequest
from holdfast.kernel.provenance import Trust

_UNIT = Decimal(1).scaleb(-DECIMAL_DIGITS)


def _sure(request: CallRequest) -> object:
    """Return how sure the model says it is, rounded down; None if it does not say."""
    said = request.confidence
    return None if said is None else decimal_value(Decimal(str(said)).quantize(_UNIT, ROUND_FLOOR))


def _spent(request: CallRequest) -> object:
    """Return the dollars, rounded up."""
    return decimal_value(Decimal(str(request.spent_usd)).quantize(_UNIT, ROUND_CEILING))


_ALL: dict[str, tuple[Field, Callable[[CallRequest], object]]] = {
    "tenant": (Field(Kind.STRING), lambda request: request.tenant),
    "node": (Field(Kind.STRING), lambda request: request.node),
    "trust": (Field(Kind.STRING), lambda request: request.trust.name.lower()),
    "untrusted": (Field(Kind.BOOL), lambda request: request.trust is Trust.UNTRUSTED),
    "autonomy": (Field(Kind.STRING), lambda request: request.autonomy),
    "user": (Field(Kind.STRING, is_optional=True), lambda request: request.user),
    "confidence": (Field(Kind.DECIMAL, is_optional=True), _sure),
    "spent_usd": (Field(Kind.DECIMAL), _spent),
    "turns": (Field(Kind.LONG), lambda request: request.turns),
    "tool_calls": (Field(Kind.LONG), lambda request: request.tool_calls),
}
CIRCUMSTANCES = {name: field for name, (field, _) in _ALL.items()}
"""What the context of every request holds beside ``args``."""
CIRCUMSTANCES_SAID = {name: said for name, (_, said) in _ALL.items()}
