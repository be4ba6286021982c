"""A server that tools speak to: at one address, over one client for all runs of a process."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from holdfast.integration.http.port import Answer, AnswerLost, Connect, NotSent, Request, Transport
from holdfast.integration.tools.addresses import check_address
from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.failures import OutcomeUnknown, ToolFailure
from holdfast.integration.tools.qualified import check_server_name
from holdfast.integration.tools.visible import one_line
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest
from holdfast.kernel.outcomes import Fault

ANSWER_BYTES_MAX = 4_000_000
SAID_CHARACTERS_MAX = 300


class Service:
    """See ``definition.Source``. Where it goes is for the author to say: no answer and no document moves it."""

    def __init__(self, name: str, base_url: str, *, version: str = "", connect: Connect | None = None) -> None:
        """``version`` changes whenever its tools mean something else; ``connect``: by default the runtime's."""
        self.name = check_server_name(name, "API")
        check_address(f"API {name!r}", base_url)
        if urlsplit(base_url).query or urlsplit(base_url).fragment:
            raise DefinitionError(f"API {name!r}: expected a base address without '?' and '#', found {base_url!r}")
        self.base_url = base_url.rstrip("/")
        self._version, self._connect = version, connect
        self._transport: Transport | None = None

    @property
    def is_reachable(self) -> bool:
        """Whether it was told how requests are carried."""
        return self._connect is not None

    @property
    def is_open(self) -> bool:
        """Whether it may hold connections."""
        return self._transport is not None

    def use(self, connect: Connect) -> None:
        """Have requests carried by what ``connect`` makes."""
        self._connect = connect

    async def refusal(self, _tool: Tool) -> Fault | None:
        """Return why a tool cannot be called now: nothing is known before it is."""
        return None

    def fingerprint(self, _tool: Tool) -> str:
        """Return what changes whenever a call means something else."""
        return digest(self.base_url.encode(), self._version.encode())

    async def send(
        self, method: str, target: str, headers: Sequence[tuple[str, str]] = (), body: bytes = b"", *, looks: bool
    ) -> Answer:
        """Send to ``target``, which begins with '/' and stands behind the base address.

        Raises ToolFailure where nothing was sent, or where no answer came back and it only ``looks``; else
        OutcomeUnknown.
        """
        if self._connect is None:
            raise DefinitionError(f"API {self.name!r}: expected a runtime to reach it by, found none")
        if self._transport is None:
            self._transport = self._connect()
        request = Request(method, self.base_url + target, tuple(headers), body)
        try:
            return await self._transport.send(request, ANSWER_BYTES_MAX)
        except NotSent as error:
            said = one_line(str(error), SAID_CHARACTERS_MAX)
            raise ToolFailure(f"{self.name} cannot be reached: {said}", retryable=True) from error
        except AnswerLost as error:
            said = f"{self.name} gave no answer: {one_line(str(error), SAID_CHARACTERS_MAX)}"
            raise (ToolFailure(said, retryable=True) if looks else OutcomeUnknown(said)) from error

    async def close(self) -> None:
        """Let go of the connections. The next call opens others."""
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.close()
