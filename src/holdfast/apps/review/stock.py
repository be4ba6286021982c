"""The review's first step: what there is to review, how it is cut up, and what the project says about itself."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from holdfast.apps.review.agents import ANALYSERS
from holdfast.apps.review.analysers.catalogue import languages_of
from holdfast.apps.review.change.model import Change
from holdfast.apps.review.change.revision import RevisionReader
from holdfast.apps.review.change.scope import not_commented
from holdfast.apps.review.findings.model import Gap
from holdfast.apps.review.scope import SCOPES_MAX, Scope
from holdfast.apps.review.source.conventions import NOTE_LINES_MAX, Conventions
from holdfast.apps.review.workspace import Workspace
from holdfast.integration.tools.contract import Provided, tool
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import InputError

STOCK_SECONDS = 600.0
SKIPPED_TOLD_MAX = 5_000
NOTE_CHARS_MAX = 1_500
LANGUAGES_TOLD_MAX = 8


@tool(effect=Effect.READ, timeout_seconds=STOCK_SECONDS)
async def take_stock(
    path: str, diff: str | None = None, commits: str | None = None, *, workspace: Provided[Workspace]
) -> dict[str, Any]:
    """Say what there is to review and how it is cut up, and what the project says about itself."""
    counted = await asyncio.to_thread(_counted, workspace)
    conventions = await asyncio.to_thread(lambda: workspace.repository.conventions)
    notes = [text for note in conventions.notes if (text := await _quoted(note.path, workspace))]
    return {
        **counted,
        "given": {"path": path, "diff": diff, "commits": commits},
        "project": {
            "summary": _summary(workspace),
            "conventions": "\n".join([*(f"- {line}" for line in _listed_conventions(conventions)), *notes]),
            "change": _told_of(workspace.change),
        },
        "conventions": _listed_conventions(conventions),
    }


def _counted(workspace: Workspace) -> dict[str, Any]:
    """Return what there is, cut up and counted."""
    repository, scopes = workspace.repository, workspace.scopes
    skipped = sorted(_skipped(workspace))
    return {
        "scopes": {name: [_listed(scope) for scope in scopes if _speaks(name, scope)] for name in ANALYSERS},
        "whole": _listed(workspace.whole),
        "skipped": msgspec.to_builtins(skipped[:SKIPPED_TOLD_MAX]),
        "skipped_count": len(skipped),
        "not_covered": msgspec.to_builtins(list(_not_covered(workspace))),
        "notes": list(repository.inventory.notes),
        "files": len(_reviewed(workspace)),
        "lines": sum(scope.lines for scope in scopes),
        "digest": repository.inventory.digest,
    }


def _listed(scope: Scope) -> dict[str, str]:
    return {"key": scope.key, "description": scope.description}


def _speaks(name: str, scope: Scope) -> bool:
    """Whether a specialist's analyser reads any language of the scope."""
    languages = languages_of(ANALYSERS[name])
    return languages is None or not languages.isdisjoint(scope.languages)


def _reviewed(workspace: Workspace) -> frozenset[str]:
    """The files that are looked at: lock files only by the one who reads dependencies, so they do not count."""
    return frozenset(path for scope in workspace.scopes for path in scope.paths)


def _skipped(workspace: Workspace) -> Iterator[Gap]:
    """What is not looked at: of a repository all that was left out, of a change those of its files that were."""
    repository, change = workspace.repository, workspace.change
    if change is None:
        yield from (Gap(one.path, one.reason) for one in repository.skipped)
        return
    reasons = {gap.what: gap.why for gap in not_commented(change, RevisionReader(workspace.origin, change.head))}
    listed = {file.path for file in repository.files}
    for file in change.files:
        if file.path in reasons:
            yield Gap(file.path, reasons[file.path])
        elif file.path not in listed:
            yield Gap(file.path, _why_unlisted(file.path, workspace))


def _why_unlisted(path: str, workspace: Workspace) -> str:
    for left_out in workspace.repository.skipped:
        if path == left_out.path or (left_out.path.endswith("/") and path.startswith(left_out.path)):
            return left_out.reason
    return "it could not be laid out"


def _not_covered(workspace: Workspace) -> Iterator[Gap]:
    """The code languages that a specialist's analyser does not read, and the parts that were too many."""
    files = map(workspace.repository.file, _reviewed(workspace))
    spoken = sorted({file.language for file in files if file.is_code})
    for name, analyser in ANALYSERS.items():
        languages = languages_of(analyser)
        unread = [language for language in spoken if languages is not None and language not in languages]
        if unread:
            yield Gap(f"{name} in {', '.join(unread)}", "no analyser for it reads these languages")
    if left_out := workspace.scopes_left_out:
        what = (
            f"{len(left_out):,} parts from {left_out[0].paths[0]} on, {sum(scope.lines for scope in left_out):,} lines"
        )
        yield Gap(what, f"a review has at most {SCOPES_MAX:,} parts: review folders by themselves")


def _summary(workspace: Workspace) -> str:
    repository = workspace.repository
    lines = Counter[str]()
    for file in repository.files:
        lines[file.language] += file.lines
    told = ", ".join(f"{language} {count:,}" for language, count in lines.most_common(LANGUAGES_TOLD_MAX))
    return (
        f"{len(repository.files)} files; lines by language: {told or 'none'}; {len(repository.skipped)} files skipped."
    )


async def _quoted(path: str, workspace: Workspace) -> str:
    """Return a project's own words, each line behind a bar: what they say can never be taken for the task itself."""
    try:
        page = await workspace.read_lines(path, 1, NOTE_LINES_MAX)
    except InputError:
        return ""
    return "\n".join([f"- {path} begins so:", *_within(NOTE_CHARS_MAX, [f"  | {line.text}" for line in page.lines])])


def _within(chars_max: int, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        chars_max -= len(line)
        if chars_max < 0:
            return
        yield line


def _listed_conventions(conventions: Conventions) -> list[str]:
    tools = [f"{tool.kind}: {tool.name} ({tool.path})" for tool in conventions.tools]
    licence = (
        f"licence: {conventions.licence or 'unknown'} ({conventions.licence_path})"
        if conventions.licence_path
        else "licence: none found"
    )
    return [*tools, licence]


def _told_of(change: Change | None) -> str:
    if change is None:
        return "All of it is reviewed."
    span = f"from {change.base[:12]} to {change.head[:12]}"
    return f"Only what changed {span} is reviewed: report nothing on lines that did not change."
