"""What sets one provider's API apart: how a request is written, how a reply and a stream are read. Pure."""

from collections.abc import Mapping
from typing import Any, Protocol

from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest
from holdfast.kernel.messages import Part, Reply
from holdfast.kernel.outcomes import ErrorKind, Fault

Body = dict[str, Any]
"""JSON as a provider writes or reads it."""


class Gathering(Protocol):
    """Puts a stream together to the body that the same reply would have had in one piece."""

    def feed(self, event: Mapping[str, Any]) -> str:
        """Take in one event; return the text that it adds to the reply. Raises LookupError, TypeError, ValueError.

        An event without any field says that the server has declared the stream to be at its end.
        """

    @property
    def has_begun(self) -> bool:
        """Whether anything of the reply itself has come, be it text, a thought or a call."""

    def whole(self) -> Body | None:
        """Return the body; None if the stream ended before the reply did."""


class Dialect(Protocol):
    """One API. It knows neither keys nor connections."""

    @property
    def api(self) -> str:
        """The name under which what is this API's own is kept in messages."""

    def body(self, model: str, request: ModelRequest, *, streams: bool) -> Body:
        """Return the request as this API wants it. Raises ModelCallFailed for what it has no way to say."""

    def reply(self, body: Body) -> Reply:
        """Read a whole reply. Raises LookupError, TypeError, ValueError for what is none."""

    def gathering(self) -> Gathering:
        """Return what takes in one stream."""


def unsayable(api: str, part: Part, what: str) -> ModelCallFailed:
    """Return the failure of a request that an API has no way to say."""
    kind = type(part).__name__.lower()
    return ModelCallFailed(
        Fault(
            ErrorKind.BAD_REQUEST,
            f"expected what the API {api!r} can be shown, found {what}",
            hint=f"show this model no such {kind}, or use a model of another provider",
        )
    )
