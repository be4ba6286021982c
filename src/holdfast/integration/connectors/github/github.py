"""GitHub's operations as tools."""

import re
from base64 import b64decode
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Literal

from pydantic import Field

from holdfast.integration.connectors.github.answers import check_allowed, page_of, read_object, read_rows
from holdfast.integration.connectors.github.found import (
    Comment,
    Comments,
    File,
    Issue,
    Issues,
    comment_of,
    issue_of,
)
from holdfast.integration.connectors.github.line import GitHubLine
from holdfast.integration.http.verdict import read_json
from holdfast.integration.secrets.secret import Secret
from holdfast.integration.tools.failures import ToolFailure
from holdfast.integration.tools.probe import Answer, DidNot, Happened, Unknown
from holdfast.integration.tools.signature import IdempotencyKey

Token = Annotated[Secret, "secret://github-token"]
Repository = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{0,99}[A-Za-z0-9_-]$", description="OWNER/NAME.")
]
Number = Annotated[int, Field(ge=1, description="The number of the issue or pull request.")]
Page = Annotated[int, Field(ge=1, le=1_000, description="The next_page of the page before; 1 for the first.")]
Body = Annotated[str, Field(min_length=1, max_length=60_000)]
State = Literal["open", "closed", "all"]

ADDRESS = "https://api.github.com"
DIFF = "application/vnd.github.diff"
PAGE_ROWS = 30
_WIDER = re.compile(r"(?:^|[\s(])-?(?:repo|org|user|enterprise):", re.IGNORECASE)


class GitHub(GitHubLine):
    """Tools that act as whoever the secret ``github-token`` belongs to: give each user one of their own."""

    def __init__(
        self,
        name: str = "github",
        base_url: str = ADDRESS,
        *,
        repositories: Sequence[str] = ("*",),
        writes_need: str = "triage",
    ) -> None:
        """``repositories`` are patterns such as ``acme/*``; ``writes_need`` is what a user must be permitted."""
        super().__init__(name, base_url, repositories, writes_need)
        self.reads(self.get_file, self.list_issues, self.list_pull_requests, self.search_issues)
        self.reads(self.get_issue, self.list_comments, self.get_pull_request_diff)
        self.writes(self.comment_on_issue, self._commented)
        self.writes(self.create_issue, self._created)

    async def get_file(
        self,
        repository: Repository,
        path: Annotated[str, Field(min_length=1, max_length=1_000)],
        ref: Annotated[
            str, Field(max_length=250, description="A branch, tag or commit; empty: the default branch.")
        ] = "",
        *,
        token: Token,
    ) -> File:
        """Read a file of text, of at most a megabyte."""
        steps = path.strip("/").split("/")
        if any(step in ("", ".", "..") for step in steps):
            raise ToolFailure(f"expected the path of a file, found {path!r}; nothing was sent")
        answer = await self.look(self.path(repository, "contents", *steps), token, {"ref": ref})
        check_allowed(self.name, answer, looks=True)
        return _file(read_json(self.name, answer, looks=True), path)

    async def list_issues(
        self, repository: Repository, state: State = "open", page: Page = 1, *, token: Token
    ) -> Issues:
        """List issues and pull requests, those that changed last first."""
        asked = {"state": state, "sort": "updated", "per_page": PAGE_ROWS, "page": page}
        answer = await self.look(self.path(repository, "issues"), token, asked)
        return Issues([issue_of(each) for each in read_rows(self.name, answer)], page_of(answer.headers, "next"))

    async def list_pull_requests(
        self, repository: Repository, state: State = "open", page: Page = 1, *, token: Token
    ) -> Issues:
        """List pull requests, those that changed last first."""
        asked = {"state": state, "sort": "updated", "direction": "desc", "per_page": PAGE_ROWS, "page": page}
        answer = await self.look(self.path(repository, "pulls"), token, asked)
        return Issues([issue_of(each) for each in read_rows(self.name, answer)], page_of(answer.headers, "next"))

    async def search_issues(
        self,
        repository: Repository,
        query: Annotated[str, Field(min_length=1, max_length=200)],
        page: Page = 1,
        *,
        token: Token,
    ) -> Issues:
        """Search the issues and pull requests of a repository, in GitHub's own language (is:open label:bug crash)."""
        self.path(repository)
        if _WIDER.search(query):
            raise ToolFailure("expected a query without repo:, org: or user:, it is asked of one repository")
        asked = {"q": f"repo:{repository} {query}", "per_page": PAGE_ROWS, "page": page}
        answer = await self.look("/search/issues", token, asked)
        rows = read_object(self.name, answer, looks=True).get("items")
        found = [issue_of(each) for each in rows if isinstance(each, dict)] if isinstance(rows, list) else []
        return Issues(found, page_of(answer.headers, "next"))

    async def get_issue(self, repository: Repository, number: Number, *, token: Token) -> Issue:
        """Read an issue or pull request, without its comments."""
        answer = await self.look(self.path(repository, "issues", number), token)
        return issue_of(read_object(self.name, answer, looks=True))

    async def list_comments(self, repository: Repository, number: Number, page: Page = 1, *, token: Token) -> Comments:
        """List the comments on an issue or pull request, oldest first."""
        target = self.path(repository, "issues", number, "comments")
        answer = await self.look(target, token, {"per_page": PAGE_ROWS, "page": page})
        return Comments([comment_of(each) for each in read_rows(self.name, answer)], page_of(answer.headers, "next"))

    async def get_pull_request_diff(self, repository: Repository, number: Number, *, token: Token) -> str:
        """Read what a pull request changes, as a diff."""
        answer = await self.look(self.path(repository, "pulls", number), token, accepts=DIFF)
        check_allowed(self.name, answer, looks=True)
        return answer.body.decode("utf-8", "replace")

    async def comment_on_issue(
        self, repository: Repository, number: Number, body: Body, *, key: IdempotencyKey, token: Token
    ) -> Comment:
        """Comment on an issue or pull request."""
        target = self.path(repository, "issues", number, "comments")
        return comment_of(await self.write(repository, target, token, {"body": _marked(body, key)}))

    async def create_issue(
        self,
        repository: Repository,
        title: Annotated[str, Field(min_length=1, max_length=250)],
        body: Body,
        labels: Annotated[list[str], Field(max_length=20)] = [],  # noqa: B006 - each call gets its own
        *,
        key: IdempotencyKey,
        token: Token,
    ) -> Issue:
        """Open an issue."""
        asked = {"title": title, "body": _marked(body, key), "labels": labels}
        return issue_of(await self.write(repository, self.path(repository, "issues"), token, asked))

    async def _commented(self, repository: str, number: int, *, key: IdempotencyKey, token: Token) -> Answer:
        """Look for the comment that bears the key. GitHub knows no idempotency keys."""
        rows = self.newest(self.path(repository, "issues", number, "comments"), token)
        found = await _bearing(key, rows)
        return Happened(comment_of(found)) if isinstance(found, dict) else found

    async def _created(self, repository: str, *, key: IdempotencyKey, token: Token) -> Answer:
        """Look for the issue that bears the key, among those of all states."""
        asked = {"state": "all", "sort": "created", "direction": "asc"}
        rows = self.newest(self.path(repository, "issues"), token, asked)
        found = await _bearing(key, rows)
        return Happened(issue_of(found)) if isinstance(found, dict) else found


async def _bearing(key: str, rows: AsyncIterator[dict[str, object] | None]) -> dict[str, object] | DidNot | Unknown:
    async for row in rows:
        if row is None:
            return Unknown()
        if str(row.get("body") or "").endswith(_marker(key)):
            return row
    return DidNot()


def _marked(body: str, key: str) -> str:
    """Return ``body`` with the key where readers do not see it."""
    return f"{body}\n\n{_marker(key)}"


def _marker(key: str) -> str:
    return f"<!-- holdfast:{key} -->"


def _file(told: object, path: str) -> File:
    content = told.get("content") if isinstance(told, dict) and told.get("encoding") == "base64" else None
    if not isinstance(told, dict) or not isinstance(content, str):
        raise ToolFailure(f"{path} is no file of at most a megabyte")
    try:
        text = b64decode(content).decode()
    except ValueError as error:
        raise ToolFailure(f"{path} holds something other than text in UTF-8") from error
    return File(str(told.get("path", path)), str(told.get("sha", "")), text)
