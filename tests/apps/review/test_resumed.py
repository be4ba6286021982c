"""A review that was let go of half-way goes on where it was: nothing is done twice, and it finds the same."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from holdfast.apps.review.assembly import report_of
from holdfast.apps.review.report.terminal import terminal_text
from holdfast.journal.events import Event, ModelReplied, NodeEntered, NodeLeft, StepEnded
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from tests.apps.review.planted import TREE
from tests.apps.review.reviewing import Reviewed, review
from tests.apps.review.source.trees import write


def repeated(events: list[Event]) -> list[object]:
    """Return what was finished more than once."""
    finished = Counter[object]()
    for event in events:
        match event:
            case ModelReplied(node=node, turn=turn):
                finished["reply", node, turn] += 1
            case StepEnded(node=node, turn=turn, call=call):
                finished["call", node, turn, call] += 1
            case NodeEntered(node=node):
                finished["entered", node] += 1
            case NodeLeft(node=node):
                finished["left", node] += 1
            case _:
                pass
    return [what for what, times in finished.items() if times > 1]


async def reaches(run: Run, calls: int) -> None:
    """Wait until so many calls of tools have ended."""
    ended = 0
    async for entry in run.events():
        ended += isinstance(entry.event, StepEnded)
        if ended >= calls:
            return


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("code"), TREE)


@pytest.fixture(scope="module")
def whole(folder: Path) -> Reviewed:
    return asyncio.run(review(folder))


@pytest.mark.parametrize(
    "calls", [pytest.param(1, marks=pytest.mark.slow), 9, pytest.param(25, marks=pytest.mark.slow)]
)
async def test_parked_and_resumed_in_another_process_it_finds_the_same(
    tmp_path: Path, folder: Path, whole: Reviewed, calls: int
) -> None:
    store = f"sqlite:///{tmp_path / 'runs.db'}"
    async with Runtime.open(store) as runtime:
        run = await runtime.start("review", {"path": str(folder)})
        await reaches(run, calls)
        await runtime.park("stopped by Ctrl-C")
        assert (await run.state()).parked == "stopped by Ctrl-C"

    async with Runtime.open(store) as runtime:
        run = await runtime.run(run.id)
        await run.resume()
        value = await run.result()
        state = await run.state()
        events = [entry.event async for entry in run.events(follow=False)]

    assert value == whole.value
    assert repeated(events) == []
    assert isinstance(value, dict)
    report = report_of(state, value)
    assert report.resumed == 1
    assert "resumed once" in terminal_text(report, width=200)


async def test_code_that_changed_in_between_is_said(tmp_path: Path) -> None:
    folder = write(tmp_path / "code", TREE)
    store = f"sqlite:///{tmp_path / 'runs.db'}"
    async with Runtime.open(store) as runtime:
        run = await runtime.start("review", {"path": str(folder)})
        await reaches(run, 9)
        await runtime.park("for a change")
    (folder / "app/store.py").write_text("# all gone\n")

    async with Runtime.open(store) as runtime:
        run = await runtime.run(run.id)
        await run.resume()
        value = await run.result()

    assert isinstance(value, dict)
    assert any("the code changed while it was reviewed" in note for note in value["notes"])
    assert not [finding for finding in value["findings"] if finding["path"] == "app/store.py"]
