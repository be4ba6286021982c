"""What GitHub's tools return, out of what GitHub answers. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class File:
    """A file of text; ``sha`` is that of its content."""

    path: str
    sha: str
    text: str


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue, or a pull request."""

    number: int
    title: str
    state: str
    author: str
    is_pull_request: bool
    labels: list[str]
    body: str
    url: str


@dataclass(frozen=True, slots=True)
class Issues:
    """A page of issues; ``next_page`` is 0 on the last."""

    issues: list[Issue]
    next_page: int


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on an issue or pull request."""

    id: int
    author: str
    body: str
    url: str


@dataclass(frozen=True, slots=True)
class Comments:
    """A page of comments, oldest first; ``next_page`` is 0 on the last."""

    comments: list[Comment]
    next_page: int


def issue_of(told: Mapping[str, object]) -> Issue:
    """Return the issue that GitHub tells of."""
    labels = told.get("labels")
    named = (
        [each.get("name") if isinstance(each, dict) else each for each in labels] if isinstance(labels, list) else []
    )
    return Issue(
        _number(told, "number"),
        _text(told, "title"),
        _text(told, "state"),
        _author(told),
        "pull_request" in told or "head" in told,
        [str(each) for each in named],
        _text(told, "body"),
        _text(told, "html_url"),
    )


def comment_of(told: Mapping[str, object]) -> Comment:
    """Return the comment that GitHub tells of."""
    return Comment(_number(told, "id"), _author(told), _text(told, "body"), _text(told, "html_url"))


def _author(told: Mapping[str, object]) -> str:
    user = told.get("user")
    return _text(user, "login") if isinstance(user, dict) else ""


def _text(told: Mapping[str, object], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _number(told: Mapping[str, object], name: str) -> int:
    value = told.get(name)
    return value if isinstance(value, int) else 0
