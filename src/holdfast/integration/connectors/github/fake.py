"""A GitHub for tests: files, issues, pull requests, links, ETags, limits and permissions, as the REST API has them."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import sha1
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from holdfast.integration.http.port import Answer, Request
from holdfast.integration.http.served import HangUp

LEVELS = ("pull", "triage", "push", "maintain", "admin")
ROWS_MAX = 100
HOUR_REQUESTS = 5_000
NOW = 1_700_000_000.0


@dataclass
class FakeRepository:
    """A repository, and who may do how much in it."""

    name: str
    levels: dict[str, str] = field(default_factory=dict)
    """The highest permission of each login."""
    is_private: bool = True
    files: dict[str, bytes] = field(default_factory=dict)
    issues: list[dict[str, object]] = field(default_factory=list)
    comments: dict[int, list[dict[str, object]]] = field(default_factory=dict)
    diffs: dict[int, str] = field(default_factory=dict)

    def level(self, login: str) -> int:
        """Return how much ``login`` may do; 0 is nothing."""
        least = 0 if self.is_private else 1
        return LEVELS.index(self.levels[login]) + 1 if login in self.levels else least

    def open(self, login: str, title: str, body: str = "", diff: str | None = None) -> int:
        """Open an issue, or with a ``diff`` a pull request; return its number."""
        number = len(self.issues) + 1
        made = {"number": number, "title": title, "body": body, "state": "open", "user": {"login": login}, "labels": []}
        made["html_url"] = f"https://github.com/{self.name}/issues/{number}"
        if diff is not None:
            made["pull_request"] = {}
            self.diffs[number] = diff
        self.issues.append(made)
        self.comments[number] = []
        return number

    def comment(self, number: int, login: str, body: str) -> dict[str, object]:
        """Comment on an issue; return the comment."""
        told = self.comments[number]
        url = f"https://github.com/{self.name}/issues/{number}#{len(told) + 1}"
        told.append({"id": len(told) + 1, "user": {"login": login}, "body": body, "html_url": url})
        return told[-1]


class FakeGitHub:
    """Answers requests as GitHub would; serve it with ``served``."""

    def __init__(self) -> None:
        self.logins: dict[str, str] = {}
        """The login by their token."""
        self.repositories: dict[str, FakeRepository] = {}
        self.requests: list[Request] = []
        self.remaining = HOUR_REQUESTS
        """How many requests are left in this hour; one that is answered 304 does not count."""
        self.reset_seconds = 600
        """When the next hour begins."""
        self.limited_seconds: list[int] = []
        """How long each of the next requests is told to stay away, for coming too fast."""
        self.hangs_up_before = self.hangs_up_after = False
        """Whether the next write is lost on its way, or its answer is."""

    def add(self, repository: FakeRepository) -> FakeRepository:
        """Make a repository."""
        self.repositories[repository.name] = repository
        return repository

    async def __call__(self, request: Request) -> Answer:
        self.requests.append(request)
        login = self.logins.get(request.header("authorization").removeprefix("Bearer "))
        if not request.header("user-agent") or login is None:
            return self._said(*((401, "Bad credentials") if login is None else (403, "Administrative rules")))
        if self.limited_seconds:
            return self._said(403, "You have exceeded a secondary rate limit", str(self.limited_seconds.pop(0)))
        if self.remaining == 0:
            return self._said(403, "API rate limit exceeded")
        self.remaining -= 1
        if request.method == "POST" and self.hangs_up_before:
            self.hangs_up_before = False
            raise HangUp
        answer = self._routed(request, login)
        if request.method == "POST" and self.hangs_up_after:
            self.hangs_up_after = False
            raise HangUp
        return self._conditional(request, answer)

    def _routed(self, request: Request, login: str) -> Answer:
        address = urlsplit(request.url)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        steps = [unquote(step) for step in address.path.split("/")[1:]]
        if steps == ["search", "issues"]:
            return self._search(request, login, asked)
        found = self.repositories.get("/".join(steps[1:3])) if steps[:1] == ["repos"] else None
        if found is None or not found.level(login):
            return self._said(404, "Not Found")
        return self._in(found, request, login, steps[3:], asked)

    def _in(
        self, found: FakeRepository, request: Request, login: str, steps: list[str], asked: dict[str, str]
    ) -> Answer:
        match request.method, steps:
            case "GET", []:
                permissions = {level: found.level(login) > place for place, level in enumerate(LEVELS)}
                return self._json(200, {"full_name": found.name, "permissions": permissions})
            case "GET", ["contents", *path]:
                return self._file(found, "/".join(path))
            case "GET", ["issues" | "pulls" as kind]:
                return self._listed(found, request, asked, only_pulls=kind == "pulls")
            case "POST", ["issues"]:
                body = json.loads(request.body)
                if not body.get("title"):
                    return self._said(422, "Validation Failed")
                number = found.open(login, body["title"], body.get("body", ""))
                found.issues[-1]["labels"] = [{"name": name} for name in body.get("labels", [])]
                return self._json(201, found.issues[number - 1])
            case method, ["issues" | "pulls" as kind, number, *rest] if (
                number.isdecimal() and int(number) in found.comments
            ):
                return self._issue(found, request, login, (method, kind, int(number), rest), asked)
            case _:
                return self._said(404, "Not Found")

    def _issue(
        self,
        found: FakeRepository,
        request: Request,
        login: str,
        wanted: tuple[str, str, int, list[str]],
        asked: dict[str, str],
    ) -> Answer:
        match wanted:
            case "GET", "issues", number, []:
                return self._json(200, found.issues[number - 1])
            case "GET", "pulls", number, [] if number in found.diffs:
                if request.header("accept") == "application/vnd.github.diff":
                    return self._answer(200, "text/plain; charset=utf-8", found.diffs[number].encode())
                return self._json(200, found.issues[number - 1])
            case "GET", "issues", number, ["comments"]:
                return self._page(request, found.comments[number], asked)
            case "POST", "issues", number, ["comments"]:
                return self._json(201, found.comment(number, login, json.loads(request.body)["body"]))
            case _:
                return self._said(404, "Not Found")

    def _listed(self, found: FakeRepository, request: Request, asked: dict[str, str], *, only_pulls: bool) -> Answer:
        state = asked.get("state", "open")
        listed = [
            each
            for each in found.issues
            if state in ("all", each["state"]) and (not only_pulls or "pull_request" in each)
        ]
        return self._page(request, listed if asked.get("direction") == "asc" else listed[::-1], asked)

    def _search(self, request: Request, login: str, asked: dict[str, str]) -> Answer:
        scope, _, words = asked.get("q", "").partition(" ")
        found = self.repositories.get(scope.removeprefix("repo:"))
        if found is None or not found.level(login):
            return self._said(422, "Validation Failed")
        hits = [each for each in found.issues if words.lower() in f"{each['title']} {each['body']}".lower()]
        return self._page(request, hits, asked, is_search=True)

    def _file(self, found: FakeRepository, path: str) -> Answer:
        if path not in found.files:
            inside = sorted(each for each in found.files if each.startswith(f"{path}/"))
            return self._json(200, [{"path": each} for each in inside]) if inside else self._said(404, "Not Found")
        body = found.files[path]
        told = {"type": "file", "path": path, "sha": sha1(body, usedforsecurity=False).hexdigest()}
        is_large = len(body) > 1_000_000
        return self._json(
            200,
            {
                **told,
                "encoding": "none" if is_large else "base64",
                "content": "" if is_large else b64encode(body).decode(),
            },
        )

    def _page(
        self, request: Request, rows: list[dict[str, object]], asked: dict[str, str], *, is_search: bool = False
    ) -> Answer:
        size, page = min(int(asked.get("per_page", 30)), ROWS_MAX), int(asked.get("page", 1))
        last = max(1, -(-len(rows) // size))
        links = {"first": 1, "prev": page - 1} if page > 1 else {}
        links |= {"next": page + 1, "last": last} if page < last else {}
        path = urlsplit(request.url).path
        told = [
            f'<https://api.github.com{path}?{urlencode({**asked, "page": number})}>; rel="{relation}"'
            for relation, number in links.items()
        ]
        shown = rows[(page - 1) * size : page * size]
        body = {"total_count": len(rows), "incomplete_results": False, "items": shown} if is_search else shown
        return self._json(200, body, {"link": ", ".join(told)} if told else {})

    def _conditional(self, request: Request, answer: Answer) -> Answer:
        if request.method != "GET" or answer.status != 200:
            return answer
        etag = f'W/"{sha1(answer.body, usedforsecurity=False).hexdigest()}"'
        headers = {**answer.headers, "etag": etag}
        if request.header("if-none-match") == etag:
            self.remaining += 1
            return Answer(304, headers)
        return Answer(answer.status, headers, answer.body)

    def _said(self, status: int, message: str, retry_after: str = "") -> Answer:
        more = {"retry-after": retry_after} if retry_after else {}
        return self._json(status, {"message": message, "documentation_url": "https://docs.github.com/rest"}, more)

    def _json(self, status: int, body: object, headers: dict[str, str] | None = None) -> Answer:
        return self._answer(status, "application/json; charset=utf-8", json.dumps(body).encode(), headers)

    def _answer(self, status: int, media: str, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        told = {
            "content-type": media,
            "date": formatdate(NOW, usegmt=True),
            "x-ratelimit-limit": str(HOUR_REQUESTS),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(int(NOW) + self.reset_seconds),
        }
        return Answer(status, {**told, **(headers or {})}, body)
