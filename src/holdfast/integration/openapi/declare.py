"""How an app names an API that it takes tools of: by its document, and the address that the author says."""

import sys
from pathlib import Path

from holdfast.integration.http.auth import Auth
from holdfast.integration.http.port import Connect
from holdfast.integration.openapi.api import Api
from holdfast.integration.openapi.document import Document, read_document
from holdfast.kernel.errors import DefinitionError


def openapi(
    name: str,
    document: str | Path,
    *,
    base_url: str = "",
    takes_server_of_document: bool = False,
    auth: Auth | None = None,
    connect: Connect | None = None,
) -> Api:
    """Return the API that an OpenAPI ``document`` tells of, whose operations become tools under the name ``name``.

    A relative path is relative to the file that declares it. Where requests go is what ``base_url`` says; the document
    says it only if ``takes_server_of_document``. Raises DefinitionError.
    """
    folder = Path(sys._getframe(1).f_globals.get("__file__", "")).parent  # noqa: SLF001  # the caller
    read = read_document(folder / document)
    if bool(base_url) == takes_server_of_document:
        raise DefinitionError(f"API {name!r}: expected base_url=, or takes_server_of_document=True, and not both")
    return Api(name, read, base_url or _server(read), auth, connect)


def _server(document: Document) -> str:
    """Return the first server of the document, its variables as they are by default."""
    servers = document.content.get("servers")
    first = document.resolved(servers[0]) if isinstance(servers, list) and servers else {}
    url, variables = str(first.get("url", "")), first.get("variables")
    for name, told in variables.items() if isinstance(variables, dict) else ():
        url = url.replace("{" + name + "}", str(document.resolved(told).get("default", "")))
    return url
