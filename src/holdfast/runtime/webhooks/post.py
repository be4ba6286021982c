"""Posts bytes to an address over HTTP, with the standard library: no redirect is followed."""

import asyncio
import http.client
import ssl
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

POST_SECONDS_MAX = 10.0
ANSWER_BYTES_MAX = 65_536

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]
"""Posts to an address, with headers and a body, and returns the status; 0 if there was no answer."""


async def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Return the status that the service at ``url`` answers with; 0 if there is no answer, or none in time."""
    return await asyncio.to_thread(_post, url, headers, body)


def _post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    parts = urlsplit(url)
    host, path = parts.hostname or "", (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        trusted = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, parts.port, timeout=POST_SECONDS_MAX, context=trusted)
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=POST_SECONDS_MAX)
    try:
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        answer.read(ANSWER_BYTES_MAX)
        return answer.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
