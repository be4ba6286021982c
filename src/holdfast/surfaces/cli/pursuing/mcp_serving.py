"""Serves an app over MCP, on a store of its own choosing, until its client or a signal ends it."""

from holdfast.integration.mcp.server.serving import LOOPBACK, PATH, listening, sdk_server, serve_http, serve_stdio
from holdfast.kernel.errors import InputError
from holdfast.orchestration.application.catalogue import Catalogue
from holdfast.runtime import Runtime
from holdfast.runtime.offering import offered, offers
from holdfast.surfaces.cli.asking.stores import store_url
from holdfast.surfaces.cli.pursuing.troubles import Troubles
from holdfast.surfaces.cli.showing.terminal import err, styled


async def serve_app(name: str, store: str | None, only: tuple[str, ...], tenant: str, port: int | None) -> None:
    """Serve what the app offers, on pipes without a ``port``. Raises InputError for a port that is taken."""
    app = Catalogue().find(name)
    found = offered(app, only)
    troubles = Troubles()
    async with Runtime.open(store_url(store), apps=[each.app for each in found], on_trouble=troubles.note) as runtime:
        troubles.tell(lambda told: err().print(styled(told, style="yellow")))
        server = sdk_server(app.name, offers(runtime, found, tenant))
        told = f"serving {', '.join(each.name for each in found)}"
        if port is None:
            err().print(styled(f"{told} on standard input and output"))
            await serve_stdio(server)
            return
        try:
            listens = listening(port)
        except OSError as error:
            raise InputError(f"expected a free port on {LOOPBACK}, found {port}: {error.strerror or error}") from error
        with listens:
            err().print(styled(f"{told} on http://{LOOPBACK}:{listens.getsockname()[1]}{PATH}"))
            await serve_http(server, listens)
