"""Every page does what it says: its blocks run, its links lead somewhere."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.page import ROOT, Block, is_runnable, read_anchors, read_blocks, read_commands, read_links

PAGE_TIMEOUT_SECONDS = 240

PAGES_RUN = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
PAGES_LINKED = sorted({*PAGES_RUN, *ROOT.glob("*.md"), *ROOT.glob("news/*.md")})
SCRIPTS = {path.name for path in (ROOT / "scripts").iterdir() if os.access(path, os.X_OK)}


def named(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages if page.exists()]


def run(page: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a page in a fresh process, in an empty folder that is also its home, with warnings as errors.

    The programs beside this Python are found by name, as on the machine of a reader.
    """
    home = {"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state"), "PYTHONPATH": str(ROOT)}
    home["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.docs.page", str(page)],
        cwd=folder,
        env={**os.environ, **home},
        capture_output=True,
        text=True,
        timeout=PAGE_TIMEOUT_SECONDS,
    )


@pytest.mark.parametrize("name", named(PAGES_RUN))
def test_what_a_page_says_works(name: str, tmp_path: Path) -> None:
    page = ROOT / name
    if not any(map(is_runnable, read_blocks(page.read_text(encoding="utf-8")))):
        return
    done = run(page, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", named(PAGES_RUN))
def test_a_script_named_on_a_page_exists(name: str) -> None:
    blocks = read_blocks((ROOT / name).read_text(encoding="utf-8"))
    commands = [command for block in blocks for command in read_commands(block) if command.startswith("scripts/")]
    assert {command.split()[0].removeprefix("scripts/") for command in commands} <= SCRIPTS


@pytest.mark.parametrize("name", named(PAGES_LINKED))
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    assert broken_links(page, page.read_text(encoding="utf-8")) == []


def broken_links(page: Path, text: str) -> list[str]:
    """The links of a page to files that are not there, or to headings that those do not have."""
    return [target for target in read_links(text) if "://" not in target and not leads_somewhere(page, text, target)]


def leads_somewhere(page: Path, text: str, target: str) -> bool:
    if target.startswith("mailto:"):
        return True
    path, _, anchor = unquote(target).partition("#")
    aim = page.parent / path if path else page
    if not aim.exists():
        return False
    return not anchor or anchor in read_anchors(text if aim == page else aim.read_text(encoding="utf-8"))


# --- the reader of pages itself ---

PAGE = """\
# A page, with *emphasis*

[here](#a-page-with-emphasis) [there](other.md#first-steps) [gone](gone.md) [no heading](other.md#last)

```python
value = 1
await_me = __import__("asyncio").sleep(0, "done")
```

Words between blocks, and `[not a link](code.md)`.

```python
value += 1
said = await await_me
assert (value, said) == (2, "done")
```

<!-- not run: it would raise -->

```python
raise SystemExit("this must not run")
```

```console
$ holdfast runs \\
    --json
[]
$ ls
```
"""


def test_blocks_are_read_with_their_lines_and_annotations() -> None:
    blocks = list(read_blocks(PAGE))
    assert [(block.language, block.not_run) for block in blocks] == [
        ("python", None),
        ("python", None),
        ("python", "it would raise"),
        ("console", None),
    ]
    assert all(PAGE.splitlines()[block.line - 1] == block.text.splitlines()[0] for block in blocks)
    assert read_commands(blocks[3]) == ["holdfast runs --json"]


def test_an_annotation_counts_only_right_before_its_block() -> None:
    text = "<!-- not run: too long -->\n\nWords.\n\n```python\nx = 1\n```\n"
    assert list(read_blocks(text)) == [Block("python", 6, "x = 1\n", None)]


def test_blocks_of_a_page_share_their_names_and_a_loop(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.split("```console")[0])
    done = run(page, tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_failing_block_is_named_by_page_and_line(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```python\nx = 1\nassert x == 2\n```\n")
    done = run(page, tmp_path)
    assert done.returncode == 1
    assert f'File "{page}", line 5' in done.stderr
    assert "assert x == 2" in done.stderr


def test_a_failing_command_fails_its_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ scripts/there-is-no-such-script now\n```\n")
    done = run(page, tmp_path)
    assert done.returncode == 1
    assert "there-is-no-such-script now" in done.stderr


def test_broken_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("## First steps\n")
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    forms = '<img src="seen.svg">\n\n[late]: later.md\n'
    assert broken_links(page, PAGE + forms) == ["gone.md", "other.md#last", "later.md", "seen.svg"]
