"""How GitHub is asked: as whoever a token belongs to, about repositories that the author allows."""

from collections.abc import AsyncIterator, Mapping, Sequence
from fnmatch import fnmatchcase
from types import MappingProxyType
from urllib.parse import quote, urlencode

import msgspec

from holdfast.integration.connectors.connector import PROBE_PAGES_MAX, Connector
from holdfast.integration.connectors.github.answers import page_of, read_object, read_rows
from holdfast.integration.connectors.github.seen import Seen
from holdfast.integration.http.port import Answer
from holdfast.integration.http.verdict import NOT_FOR_YOU
from holdfast.integration.secrets.secret import Secret
from holdfast.integration.tools.failures import ToolFailure
from holdfast.kernel.errors import DefinitionError
from holdfast.version import VERSION

JSON = "application/vnd.github+json"
API_VERSION = "2022-11-28"
PERMISSIONS = ("pull", "triage", "push", "maintain", "admin")
PAGE_ROWS_MAX = 100
NOTHING: Mapping[str, object] = MappingProxyType({})


class GitHubLine(Connector):
    """Requests, and what is checked before them."""

    def __init__(self, name: str, base_url: str, repositories: Sequence[str], writes_need: str) -> None:
        super().__init__(name, base_url)
        if writes_need not in PERMISSIONS:
            raise DefinitionError(f"connector {name!r}: expected writes_need of {PERMISSIONS}, found {writes_need!r}")
        self._repositories, self._writes_need = tuple(repositories), writes_need
        self._seen = Seen()

    def path(self, repository: str, *steps: str | int) -> str:
        """Return the target of something in ``repository``. Raises ToolFailure for one that the author leaves out."""
        if not any(fnmatchcase(repository.lower(), each.lower()) for each in self._repositories):
            raise ToolFailure(f"{repository} is none of {', '.join(self._repositories)}; nothing was sent")
        return "/".join(("/repos", repository, *(quote(str(step), safe="") for step in steps)))

    async def look(
        self, target: str, token: Secret, asked: Mapping[str, object] = NOTHING, accepts: str = JSON
    ) -> Answer:
        """Ask; what has not changed since the same user saw it comes from memory."""
        if query := urlencode({name: value for name, value in asked.items() if value not in ("", None)}):
            target = f"{target}?{query}"
        place = self._seen.place(token.reveal(), target, accepts)
        headers = _headers(token, accepts)
        if etag := self._seen.etag(place):
            headers.append(("if-none-match", etag))
        return self._seen.take(place, await self.send("GET", target, headers, looks=True))

    async def write(self, repository: str, target: str, token: Secret, body: object) -> dict[str, object]:
        """Write, if the user may: GitHub itself lets anybody comment on what is public."""
        around = read_object(self.name, await self.look(self.path(repository), token), looks=True)
        permissions = around.get("permissions")
        if not isinstance(permissions, dict) or permissions.get(self._writes_need) is not True:
            wanted = f"expected whoever this is done for to have the {self._writes_need} permission on {repository}"
            raise ToolFailure(f"{wanted}, which they have not; nothing was written", hint=NOT_FOR_YOU)
        headers = [*_headers(token, JSON), ("content-type", "application/json")]
        answer = await self.send("POST", target, headers, msgspec.json.encode(body), looks=False)
        return read_object(self.name, answer, looks=False)

    async def newest(
        self, target: str, token: Secret, asked: Mapping[str, object] = NOTHING
    ) -> AsyncIterator[dict[str, object] | None]:
        """Yield what stands in a list that grows at its end, its last page first; None where there is more of it."""
        first = await self.look(target, token, {**asked, "per_page": PAGE_ROWS_MAX})
        rows = read_rows(self.name, first)
        last = page_of(first.headers, "last")
        for number in range(last, max(1, last - PROBE_PAGES_MAX + 1), -1):
            page = await self.look(target, token, {**asked, "per_page": PAGE_ROWS_MAX, "page": number})
            for row in read_rows(self.name, page):
                yield row
        for row in rows:
            yield row
        if last > PROBE_PAGES_MAX:
            yield None


def _headers(token: Secret, accepts: str) -> list[tuple[str, str]]:
    return [
        ("authorization", f"Bearer {token.reveal()}"),
        ("accept", accepts),
        ("x-github-api-version", API_VERSION),
        ("user-agent", f"holdfast/{VERSION}"),
    ]
