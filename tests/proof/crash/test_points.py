"""The list of points is what the source reaches, and nothing there writes or acts without one before and one after."""

import ast
import re
from pathlib import Path

import holdfast
from holdfast.kernel.faults import POINTS
from holdfast.testing.faults.sources import places, reached, unguarded

SOURCE = Path(holdfast.__file__).parent
CALLS = re.compile(r"(?<!\w)awaited\(")
LOOKS = {("journal/stores/sqlite/layout.py", "_version")}
"""Functions that end a transaction in which they have only looked."""
OF_NO_RUN = {("integration/mcp/pins.py", "write_pins")}
"""Functions that replace a file of the operator's, whole or not at all."""
OF_A_TOOL = {("integration/tools/stock/files/writing.py", name) for name in ("_put", "_put_new")}
"""What a tool does: the points stand around its call."""


def test_every_listed_point_is_reached_somewhere_and_no_other() -> None:
    assert reached(places(SOURCE)) == POINTS


def test_whatever_writes_or_acts_has_a_point_before_and_after() -> None:
    found = [
        place
        for place in unguarded(places(SOURCE))
        if (place.path, place.function) not in LOOKS | OF_NO_RUN | OF_A_TOOL
    ]
    assert not found, f"a crash could split these, and no test would know: {found}"


def test_nobody_else_reaches_for_the_world() -> None:
    """Whoever calls what an author wrote does it at one edge; a new caller needs points, or a word here why not."""
    callers = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if CALLS.search(path.read_text())}
    assert callers == {
        "integration/tools/edge.py",  # the edge itself
        "integration/tools/stages/call.py",  # between two points
        "integration/tools/asking.py",  # a probe, a check and a read-back only look
        "integration/tools/credentials.py",  # a source of secrets only tells
        "integration/tools/grounds.py",  # an impact only tells
        "integration/mcp/client/connecting.py",  # a call of its tools has come through stages/call.py
        "orchestration/driving/resources.py",  # opened anew by every driver
    }


def test_the_search_knows_every_kind_of_deed() -> None:
    does = {place.does for place in places(SOURCE)}
    known = {
        "commits",
        "writes to the memory disk",
        "names a file",
        "calls a tool",
        "calls a model",
        "hands a run over",
    }
    assert does - {""} == known


def test_a_write_without_points_is_found(tmp_path: Path) -> None:
    source = "def save(self):\n    self._connection.execute('COMMIT')\n"
    ast.parse(source)
    (tmp_path / "new.py").write_text(source, encoding="utf-8")
    assert [(place.function, place.does) for place in unguarded(places(tmp_path))] == [("save", "commits")]
