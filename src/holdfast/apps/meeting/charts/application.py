"""The chart maker as an application: an agent designs the chart and has it drawn; what it names must be there."""

import hashlib
import re

from holdfast.apps.meeting.budgets import CHART_MAKER as CHART_MAKER_BUDGET
from holdfast.apps.meeting.charts.drawing import Plotted, draw
from holdfast.apps.meeting.charts.request import SERIES_MAX, Design, Drawn, Kind, Wish, open_folder
from holdfast.apps.meeting.findings.model import Chart
from holdfast.apps.meeting.folder import Folder
from holdfast.apps.meeting.offline.mind import NAME, stand_in
from holdfast.execution.agent import Agent
from holdfast.flow import AgentNode, FunctionNode, Sequence
from holdfast.integration.tools.contract import IdempotencyKey, Provided, ToolFailure, tool
from holdfast.kernel.effects import Effect
from holdfast.orchestration.application.app import App
from holdfast.prompts.prompt import shipped

NAME_CHARACTERS_MAX = 48
DIGEST_CHARACTERS = 12
SECONDS_MAX = 30.0


@tool(effect=Effect.KEYED)
def remove_chart(png: str, svg: str, *, key: IdempotencyKey, folder: Provided[Folder]) -> None:
    """Take the files of a chart away again."""
    folder.remove(png)
    folder.remove(svg)


@tool(effect=Effect.KEYED, timeout_seconds=SECONDS_MAX, undo=remove_chart)
def draw_chart(design: Design, *, key: IdempotencyKey, wish: Provided[Wish], folder: Provided[Folder]) -> Drawn:
    """Draw the rows that you were shown, as PNG and SVG: a line over time, or a bar for each name."""
    plotted = plotted_by(wish, design)
    png, svg = draw(plotted, design)
    name = file_name(wish.title, png + svg)
    drawn = Drawn(png=f"charts/{name}.png", svg=f"charts/{name}.svg")
    folder.put(drawn.png, png, key)
    folder.put(drawn.svg, svg, key)
    return drawn


@tool(effect=Effect.READ)
def take(drawn: Drawn, *, wish: Provided[Wish], folder: Provided[Folder]) -> Chart:
    """Return the chart. Fails for one that was not drawn: a file's name follows from what is in it."""
    png, svg = folder.read(drawn.png), folder.read(drawn.svg)
    if png is None or svg is None or drawn.png != f"charts/{file_name(wish.title, png + svg)}.png":
        raise ToolFailure(f"expected a chart that was drawn, found {drawn.png}")
    return Chart(title=wish.title, png=drawn.png, svg=drawn.svg)


def plotted_by(wish: Wish, design: Design) -> Plotted:
    """Return what a design makes of the rows. Raises ToolFailure for one that does not fit them."""
    places = {column: place for place, column in enumerate(wish.columns)}
    for column in (design.x, design.value, design.series):
        if column is not None and column not in places:
            raise ToolFailure(f"there is no column {column!r}", hint=f"the columns are {', '.join(wish.columns)}")
    found: dict[str, dict[str, float | None]] = {}
    for row in wish.rows:
        value = row[places[design.value]]
        if value is not None and not isinstance(value, int | float):
            raise ToolFailure(f"column {design.value!r} holds {value!r}, expected numbers", hint="take another column")
        series = "" if design.series is None else str(row[places[design.series]])
        along = str(row[places[design.x]])
        if along in found.setdefault(series, {}):
            raise ToolFailure(f"there are several values for {along!r}", hint="name the series they belong to")
        found[series][along] = value
    if len(found) > SERIES_MAX or (design.kind is Kind.BARS and len(found) > 1):
        raise ToolFailure(f"there are {len(found)} series", hint=f"lines show up to {SERIES_MAX}, bars one")
    every = list(dict.fromkeys(str(row[places[design.x]]) for row in wish.rows))
    values = {series: [each.get(name) for name in every] for series, each in found.items()}
    return Plotted(wish.title, wish.unit, every, values)


def file_name(title: str, content: bytes) -> str:
    """Return the name of a chart's files, without their suffix: some words of its title, and what they hold."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:NAME_CHARACTERS_MAX].strip("-")
    return f"{words or 'chart'}-{hashlib.sha256(content).hexdigest()[:DIGEST_CHARACTERS]}"


CHART_MAKER = Agent(
    "chart_maker",
    prompt=shipped("apps/meeting/chart_maker"),
    task=shipped("apps/meeting/chart_maker_task"),
    model=NAME,
    tools=(draw_chart,),
    output=Drawn,
    budget=CHART_MAKER_BUDGET,
)

FLOW = Sequence(
    "meeting_charts",
    steps=(
        AgentNode(
            "design",
            "chart_maker",
            input="{'title': input.title, 'unit': input.unit, 'columns': input.columns, 'rows': input.rows, "
            "'stands_out': input.stands_out or ''}",
        ),
        FunctionNode("chart", "take", input="{'drawn': design}"),
    ),
)


def _title(given: object) -> str:
    assert isinstance(given, Wish)
    return given.title[:80]


app = App(
    "meeting_charts",
    FLOW,
    agents=(CHART_MAKER,),
    functions=(take,),
    input=Wish,
    resources=open_folder,
    provides=frozenset((Wish, Folder)),
    models={NAME: stand_in},
    budget=CHART_MAKER_BUDGET,
    title=_title,
)
