"""Charts: the same rows give the same files, in the folder and nowhere else, and a design that does not fit is told."""

import io
import struct
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from matplotlib import image

from holdfast.apps.meeting.charts.application import app, draw_chart, file_name, plotted_by, remove_chart
from holdfast.apps.meeting.charts.drawing import Plotted, draw, figure_text
from holdfast.apps.meeting.charts.request import Design, Drawn, Kind, Wish
from holdfast.apps.meeting.findings.model import Chart
from holdfast.apps.meeting.folder import Folder
from holdfast.integration.tools.contract import ToolFailure
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import InputError
from holdfast.kernel.outcomes import Outcome
from holdfast.runtime import Runtime
from holdfast.testing import ScriptedModel, answer_json, call, calls

MONTHS = [[f"2026-{month:02}", value] for month, value in ((7, 21.1), (8, 20.9), (9, None), (10, 16.0))]
BY_CARRIER = [["2026-09", "A $x^2$ & <Co>", 0.5], ["2026-09", "B", 0.6], ["2026-10", "B", 0.9]]
LINE = Design(kind=Kind.LINE, x="month", value="margin", x_label="Month", y_label="Margin", stands_out="2026-10")


def wish(rows: list[list[object]] = MONTHS, columns: tuple[str, ...] = ("month", "margin"), folder: str = "x") -> Wish:  # type: ignore[assignment]  # only read
    return Wish.model_validate({"title": "Margin", "unit": "%", "columns": columns, "rows": rows, "folder": folder})


def test_the_same_rows_give_the_same_bytes_whatever_the_users_settings_are() -> None:
    plotted = plotted_by(wish(), LINE)
    first = draw(plotted, LINE)
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "svg.hashsalt": "other"}):
        assert draw(plotted, LINE) == first
    assert b"<dc:date>" not in first[1]
    assert b"matplotlib" not in first[0].lower()


def test_both_files_are_pictures_of_a_size_that_can_be_read() -> None:
    png, svg = draw(plotted_by(wish(), LINE), LINE)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width >= 1_000
    assert height >= 500
    assert ElementTree.fromstring(svg).tag.endswith("svg")


def test_nothing_is_drawn_into_the_title() -> None:
    many = [[f"Carrier {place}", float(place)] for place in range(1, 5)]
    bars = Design(kind=Kind.BARS, x="carrier", value="late", x_label="Carrier", y_label="Late")
    for plotted, design in (
        (plotted_by(wish(), LINE), LINE),
        (plotted_by(wish(many, ("carrier", "late")), bars), bars),
    ):
        png, _ = draw(plotted, design)
        picture = image.imread(io.BytesIO(png))
        below_the_title = picture[58:66, :, :3]
        assert (below_the_title == 1.0).all(), "there is a band of white between the title and the chart"


@pytest.mark.parametrize(
    ("values", "along"),
    [
        ({"": [1.0]}, ["2026-10"]),
        ({"": [0.0, 0.0]}, ["a", "b"]),
        ({"": [-3.0, -1.0]}, ["a", "b"]),
        ({"": [None, None]}, ["a", "b"]),
        ({"": [1e9, -1e9]}, ["a", "b"]),
        ({"one": [1.0, None], "two": [1.0, 1.0]}, ["2026-09", "2026-10"]),
    ],
)
def test_whatever_the_numbers_are_there_is_a_chart(values: dict[str, list[float | None]], along: list[str]) -> None:
    for kind in Kind:
        if kind is Kind.LINE or len(values) == 1:
            design = LINE.model_copy(update={"kind": kind})
            assert draw(Plotted("Numbers", "EUR", along, values), design)


def test_names_are_drawn_as_they_are() -> None:
    design = Design(kind=Kind.LINE, x="m", series="c", value="v", x_label="Month", y_label="Rate")
    assert draw(plotted_by(wish(BY_CARRIER, ("m", "c", "v")), design), design)


@pytest.mark.parametrize(
    ("design", "why"),
    [
        ({"x": "day"}, "no column 'day'"),
        ({"value": "month"}, "expected numbers"),
        ({"series": "year"}, "no column 'year'"),
    ],
)
def test_a_design_that_does_not_fit_the_rows_is_told(design: dict[str, str], why: str) -> None:
    with pytest.raises(ToolFailure, match=why):
        plotted_by(wish(), LINE.model_copy(update=design))


def test_several_values_for_one_place_need_a_series() -> None:
    rows = wish(BY_CARRIER, ("month", "carrier", "margin"))
    with pytest.raises(ToolFailure, match="several values for '2026-09'"):
        plotted_by(rows, LINE)
    with pytest.raises(ToolFailure, match="2 series"):
        plotted_by(rows, LINE.model_copy(update={"series": "carrier", "kind": Kind.BARS}))


def test_drawn_twice_under_one_key_it_is_one_chart(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    first, again = (draw_chart.function(design=LINE, key="k", wish=wish(), folder=folder) for _ in range(2))
    assert isinstance(first, Drawn)
    assert first == again
    assert len(files(tmp_path)) == 2


def test_a_chart_that_is_removed_leaves_nothing_behind_and_may_be_removed_twice(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    drawn = draw_chart.function(design=LINE, key="k", wish=wish(), folder=folder)
    for _ in range(2):
        remove_chart.function(png=drawn.png, svg=drawn.svg, key="u", folder=folder)
    assert files(tmp_path) == []


def test_a_name_says_what_it_is_of_and_follows_from_what_is_in_it() -> None:
    assert file_name("Margin, by month: -5 %!", b"a").startswith("margin-by-month-5-")
    assert file_name("../../etc", b"a").startswith("etc-")
    assert file_name("利益", b"a").startswith("chart-")
    assert file_name("x", b"a") != file_name("x", b"b")


def files(folder: Path) -> list[str]:
    """Return the files below a folder."""
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


async def made(folder: Path, model: ScriptedModel | None = None) -> tuple[RunState, object]:
    """Return how the chart maker ended."""
    models = {} if model is None else {"scripted": model}
    async with Runtime.open("memory:", apps=[app], models=models) as runtime:
        given = wish(folder=str(folder)).model_dump(mode="json")
        run = await runtime.start(app, given, model=None if model is None else "scripted")
        state = await run.wait()
        return state, await run.value(state)


async def test_the_chart_maker_designs_draws_and_hands_in(tmp_path: Path) -> None:
    state, value = await made(tmp_path)
    chart = Chart.model_validate(value)
    assert state.outcome is Outcome.SUCCEEDED
    assert {chart.png, chart.svg} == set(files(tmp_path))


async def test_a_refused_design_is_mended(tmp_path: Path) -> None:
    wrong, right = (LINE.model_copy(update={"x": x}).model_dump(mode="json") for x in ("day", "month"))
    plotted = draw(plotted_by(wish(), LINE), LINE)
    name = f"charts/{file_name('Margin', plotted[0] + plotted[1])}"
    hands_in = answer_json({"png": f"{name}.png", "svg": f"{name}.svg"})
    model = ScriptedModel(
        [calls(call("draw_chart", {"design": wrong})), calls(call("draw_chart", {"design": right})), hands_in]
    )
    state, _ = await made(tmp_path, model)
    assert state.outcome is Outcome.SUCCEEDED
    assert "no column 'day'" in str(model.requests[1].messages[-1])


@pytest.mark.parametrize("png", ["charts/none.png", "charts/../../etc/passwd.png", "/etc/passwd"])
async def test_a_chart_that_was_not_drawn_is_none(tmp_path: Path, png: str) -> None:
    model = ScriptedModel([answer_json({"png": png, "svg": "charts/none.svg"})] * 4)
    state, _ = await made(tmp_path, model)
    assert state.outcome is Outcome.FAILED


async def test_a_link_in_the_folder_leads_nowhere(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "charts").symlink_to(outside)
    state, _ = await made(tmp_path / "out")
    assert state.outcome is Outcome.FAILED
    assert list(outside.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="name another"):
        Folder(tmp_path / "file").make()


@pytest.mark.parametrize(
    ("value", "shown"), [(0.5, "0.5"), (16.0, "16"), (1234567.8, "1,234,568"), (0.125, "0.12"), (-3.0, "-3")]
)
def test_a_number_has_no_more_digits_than_it_takes(value: float, shown: str) -> None:
    assert figure_text(value) == shown


def test_a_chart_can_be_taken_back_twice_and_nothing_else_goes_with_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for name in ("charts/a.png", "charts/a.svg", "charts/b.png"):
        folder.put(name, b"a picture", "key")
    for _ in range(2):
        folder.remove("charts/a.png")
        folder.remove("charts/a.svg")
    assert [path.name for path in (tmp_path / "charts").iterdir()] == ["b.png"]
    with pytest.raises(ToolFailure):
        folder.remove("../elsewhere")
