"""Places and messages as SARIF writes them: relative URIs, regions with snippets, text without links in it."""

import re
from urllib.parse import quote

from holdfast.apps.review.findings.grounding import path_inside
from holdfast.apps.review.source.names import raw
from holdfast.kernel.errors import InputError

ROOT = "%SRCROOT%"

_BRACE = re.compile(r"([{}])")
_BRACKET = re.compile(r"([\\\[\]])")


def artifact_location(path: str) -> dict[str, object]:
    """Return where a file is, relative to the root of the repository."""
    return {"uri": uri_of(path), "uriBaseId": ROOT}


def uri_of(path: str) -> str:
    """Return a path as a relative URI; the bytes are those on disk, whatever they are."""
    try:
        name = raw(path)
    except InputError:
        name = path.encode("utf-8", "surrogatepass")
    return quote(name, safe="/")


def is_path(text: str) -> bool:
    """Whether a text can be a file below the root, so that it may be given as a location."""
    return path_inside(text) is not None


def physical_location(path: str, line: int, end_line: int, evidence: str) -> dict[str, object]:
    """Return the lines of a file, with what stands there."""
    region = {"startLine": line, "endLine": end_line, "snippet": {"text": evidence}}
    return {"artifactLocation": artifact_location(path), "region": region}


def plain(text: str) -> str:
    """Return text in which nothing is a link or a placeholder: brackets and braces are escaped as SARIF says."""
    linkless = _BRACKET.sub(r"\\\1", text) if "](" in text else text
    return _BRACE.sub(r"\1\1", linkless) if re.search(r"\{\d+\}", linkless) else linkless
