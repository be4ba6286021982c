"""What a model promises, whoever serves it: take a request, stream text, end with one whole reply."""

from collections.abc import AsyncIterator
from typing import Protocol, TypeGuard, runtime_checkable

import msgspec

from holdfast.integration.gateway.pricing.price import Price
from holdfast.kernel.errors import ModelError
from holdfast.kernel.messages import Message, Reply
from holdfast.kernel.outcomes import Fault
from holdfast.kernel.ways import Way


class ToolSchema(msgspec.Struct, frozen=True):
    """A tool as the model is offered it. ``parameters`` is a JSON Schema."""

    name: str
    description: str
    parameters: dict[str, object]


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a model may answer with: the tools it may call and, if set, the JSON Schema its final answer must fit."""

    tools: tuple[ToolSchema, ...] = ()
    output_schema: dict[str, object] | None = None


class ModelRequest(msgspec.Struct, frozen=True):
    """One request: everything the model sees, and nothing else but ``step``, which it does not."""

    messages: tuple[Message, ...]
    offer: Offer
    output_tokens_max: int
    step: str
    """The path of the turn, for those who replay or trace."""


class TextDelta(msgspec.Struct, frozen=True):
    """A piece of the reply's text, as it streams. A hint: the reply's text wins.

    An empty one says that the reply has begun with something else, such as a tool call.
    """

    text: str


class Model(Protocol):
    """Answers requests. One model may serve many requests at once."""

    @property
    def name(self) -> str:
        """The name that runs are configured with, such as ``offline:review``."""

    def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        """Yield text as it comes and at last one Reply. Raises ModelCallFailed; may be cancelled at any time."""


@runtime_checkable
class PricedByItself(Protocol):
    """A model whose price is its own affair, such as one that is a program: its replies have their cost, or none."""

    @property
    def price(self) -> Price:
        """The most that its calls may cost."""


_KINDS: dict[type, bool] = {}


def prices_itself(model: object) -> TypeGuard[PricedByItself]:
    """Whether the price of ``model`` is its own affair; looked up once for each type, for a look takes 5 µs."""
    kind = model.__class__
    known = _KINDS.get(kind)
    if known is None:
        known = _KINDS[kind] = isinstance(model, PricedByItself)
    return known


class ModelCallFailed(ModelError):
    """The model gave no reply. ``fault`` says what happened and whether trying again can help.

    ``may_be_billed``: the provider may have answered, as when the line broke; a refusal for certain costs nothing.
    """

    def __init__(self, fault: Fault, retry_after_seconds: float | None = None, *, may_be_billed: bool = False) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.retry_after_seconds = retry_after_seconds
        self.may_be_billed = may_be_billed
        self.way: Way | None = None
        """Which way the call took, where it had a choice of ways."""
