"""Reads one page of documentation: its fenced blocks with their annotations, its links, its headings.

Run as a program (`python -m tests.docs.page PAGE`) it does what the page says, in order, in the present folder: Python
blocks share one namespace and one event loop, `$ holdfast …` and `$ scripts/…` lines of console blocks run in a shell.
The first failure ends it with the page's own file name and line in the traceback.
"""

import ast
import asyncio
import inspect
import linecache
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).parents[2]
COMMAND_TIMEOUT_SECONDS = 120

NOT_RUN = re.compile(r"<!--\s*not run:\s*(?P<reason>\S.*?)\s*-->")
FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,})(?P<language>[\w-]*)")
RUNNABLE_COMMAND = re.compile(r"^\$ (?P<command>(holdfast|scripts/).*)$")
LINKS = (
    re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)"),
    re.compile(r"^\[[^\]]+\]:\s+(\S+)", re.MULTILINE),
    re.compile(r"\b(?:src|href)=\"([^\"]+)\""),
)
HEADING = re.compile(r"^#{1,6} (?P<text>.+?)\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, the line its text begins at, its text, and why it is not run (or nothing)."""

    language: str
    line: int
    text: str
    not_run: str | None


def read_blocks(text: str) -> Iterator[Block]:
    """The fenced blocks in order. A block is not run when the last words before it are `<!-- not run: reason -->`."""
    lines = text.splitlines()
    annotation: str | None = None
    number = 0
    while number < len(lines):
        opening = FENCE.match(lines[number])
        if opening is None:
            if lines[number].strip():
                said = NOT_RUN.search(lines[number])
                annotation = said["reason"] if said else None
            number += 1
            continue
        end = next(
            n for n in range(number + 1, len(lines) + 1) if n == len(lines) or closes(lines[n], opening["ticks"])
        )
        body = [line.removeprefix(opening["indent"]) for line in lines[number + 1 : end]]
        yield Block(opening["language"], number + 2, "\n".join(body) + "\n", annotation)
        annotation = None
        number = end + 1


def closes(line: str, ticks: str) -> bool:
    return line.strip().startswith(ticks) and not line.strip().strip("`")


def read_commands(block: Block) -> list[str]:
    """The `$ holdfast …` and `$ scripts/…` lines of a console block, continued ones joined; the rest is output."""
    if block.language not in {"console", "bash"}:
        return []
    joined = re.sub(r"\\\n\s*", "", block.text)
    return [found["command"] for line in joined.splitlines() if (found := RUNNABLE_COMMAND.match(line))]


def is_runnable(block: Block) -> bool:
    return block.not_run is None and (block.language == "python" or bool(read_commands(block)))


def read_links(text: str) -> list[str]:
    """The targets of the page's links, code left out."""
    prose = without_code(text)
    return [target for form in LINKS for target in form.findall(prose)]


def read_anchors(text: str) -> set[str]:
    """What `#…` can point to: the headings as GitHub spells them."""
    headings = (found["text"] for line in without_code(text).splitlines() if (found := HEADING.match(line)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def without_code(text: str) -> str:
    fenced = re.compile(r"^ *(?P<ticks>`{3,}).*?^ *(?P=ticks)`*\s*$", re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", fenced.sub("", text))


def compile_block(block: Block, page: str) -> CodeType:
    """Compile so that a traceback shows the page's own lines, and `await` may stand outside a function."""
    padded = "\n" * (block.line - 1) + block.text
    linecache.cache[page] = (len(padded), None, padded.splitlines(keepends=True), page)
    code: CodeType = compile(padded, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return code


def run_page(page: Path) -> None:
    """Do what the page says, in order; raises what the first failing block raises."""
    names: dict[str, object] = {"__name__": "__main__"}
    with asyncio.Runner() as runner:
        for block in filter(is_runnable, read_blocks(page.read_text(encoding="utf-8"))):
            if block.language == "python":
                code = compile_block(block, str(page))
                if code.co_flags & inspect.CO_COROUTINE:
                    runner.run(evaluate(code, names))
                else:
                    exec(code, names)
            for command in read_commands(block):
                run_command(command)


async def evaluate(code: CodeType, names: dict[str, object]) -> None:
    await eval(code, names)


def run_command(command: str) -> None:
    found = Path(sys.executable).parent
    environment: Mapping[str, str] = {**os.environ, "PATH": f"{found}{os.pathsep}{os.environ.get('PATH', '')}"}
    if command.startswith("scripts/"):
        command = f"{ROOT}/{command}"
    done = subprocess.run(
        ["bash", "-c", command],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=COMMAND_TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode:
        sys.exit(f"$ {command}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    run_page(Path(sys.argv[1]).resolve())
