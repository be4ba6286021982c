"""Draws a chart with matplotlib: the same rows and design give the same bytes, on every day and in every process."""

import io
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator

from holdfast.apps.meeting.charts.request import Design, Kind

WIDTH_INCHES, HEIGHT_INCHES, DOTS_PER_INCH = 8.0, 4.5, 144
BAR_INCHES = 0.42
TICKS_MAX = 8
HEADROOM = 1.14
TITLE_INCHES = 0.14
"""Of the title from the upper edge."""
TITLE_BAND_INCHES = 0.48
"""At the upper edge, for the title alone: set at a place of its own, it is none of what the library lays out."""
LEFT, BOTTOM, WIDTH = 0.01, 0.015, 0.98
"""Of the picture, what is drawn on below the title."""
STEPS = [1, 2, 2.5, 5, 10]
NAMES_APART = 0.045
"""Of the height, how far the names of lines stand apart."""
INK, QUIET, GRID = "#1f2933", "#616e7c", "#e4e7eb"
MAIN, OUT = "#3e6c9a", "#c2410c"
SERIES = ("#3e6c9a", "#5f9e8f", "#a3824a", "#7b6ba8", "#94a3b8", "#b5838d")

_ONE_AT_A_TIME = threading.Lock()
"""The library's settings are those of the process."""


@dataclass(frozen=True, slots=True)
class Plotted:
    """What is to be drawn: by series the values along the axis; one series without a name if there is only one."""

    title: str
    unit: str
    along: Sequence[str]
    values: Mapping[str, Sequence[float | None]]


def draw(plotted: Plotted, design: Design) -> tuple[bytes, bytes]:
    """Return the chart as PNG and as SVG."""
    with _ONE_AT_A_TIME, mpl.rc_context():
        _settle()
        height = HEIGHT_INCHES
        if design.kind is Kind.BARS:
            height = 1.6 + BAR_INCHES * len(plotted.along)
        edges = (LEFT, BOTTOM, WIDTH, 1 - BOTTOM - TITLE_BAND_INCHES / height)
        figure = Figure(figsize=(WIDTH_INCHES, height), layout=ConstrainedLayoutEngine(rect=edges))
        axes = figure.add_subplot()
        (_bars if design.kind is Kind.BARS else _lines)(axes, plotted, design)
        top = 1 - TITLE_INCHES / height
        figure.suptitle(plotted.title, x=0.015, y=top, va="top", ha="left", fontsize=12.5, fontweight="bold")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        png, svg = io.BytesIO(), io.BytesIO()
        figure.savefig(png, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return png.getvalue(), svg.getvalue()


def _settle() -> None:
    """Take the library's own settings, whatever the user's are, and ours on top."""
    mpl.rcdefaults()
    mpl.rc("font", family="DejaVu Sans", size=10)  # comes with matplotlib, so that no machine draws another
    mpl.rc("text", color=INK, parse_math=False)  # a name may hold a dollar sign
    mpl.rc("axes", labelcolor=QUIET, edgecolor=QUIET)
    mpl.rc("xtick", color=QUIET)
    mpl.rc("ytick", color=QUIET)
    mpl.rc("svg", hashsalt="holdfast", fonttype="path")  # ids in the file follow from what is drawn


def _lines(axes: Axes, plotted: Plotted, design: Design) -> None:
    """Draw a line for each series, named at its end; the one that stands out on top of the others."""
    places = range(len(plotted.along))
    is_only = len(plotted.values) == 1
    ends = list[tuple[float, str, str]]()
    for number, (name, values) in enumerate(plotted.values.items()):
        is_out = name == design.stands_out
        colour = MAIN if is_only else OUT if is_out else SERIES[number % len(SERIES)]
        drawn = [float("nan") if value is None else value for value in values]
        axes.plot(places, drawn, color=colour, linewidth=2.6 if is_out or is_only else 1.6, zorder=3 if is_out else 2)
        if not is_only and values[-1] is not None:
            ends.append((values[-1], name, colour))
        if is_only and design.stands_out in plotted.along:
            _mark(axes, plotted, plotted.along.index(design.stands_out), values)
    known = [value for values in plotted.values.values() for value in values if value is not None]
    least, most = min([0.0, *known]), max([0.0, *known]) * HEADROOM or 1.0
    axes.set_ylim(least, most)
    _name_ends(axes, ends, len(plotted.along) - 1, (most - least) * NAMES_APART)
    step = -(-len(plotted.along) // TICKS_MAX)
    shown = list(places)[::-1][::step][::-1]
    axes.set_xticks(shown, [plotted.along[place] for place in shown])
    axes.set_xlabel(design.x_label)
    axes.set_ylabel(f"{design.y_label} ({plotted.unit})")
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=STEPS))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: figure_text(value)))
    axes.grid(axis="y", color=GRID, zorder=0)


def _mark(axes: Axes, plotted: Plotted, place: int, values: Sequence[float | None]) -> None:
    value = values[place]
    if value is not None:
        axes.plot([place], [value], "o", color=OUT, markersize=7, zorder=4)
        side = "right" if place > len(plotted.along) / 2 else "left"
        text = f"{figure_text(value)} {plotted.unit}"
        axes.annotate(text, (place, value), (0, -18), textcoords="offset points", ha=side, color=OUT, weight="bold")


def _name_ends(axes: Axes, ends: list[tuple[float, str, str]], last: int, apart: float) -> None:
    """Write each series' name at the end of its line, apart from one another where lines end close by."""
    if not ends:
        return
    at = float("-inf")
    for value, name, colour in sorted(ends):
        at = max(value, at + apart)
        axes.annotate(f" {name}", (last, at), color=colour, va="center", fontsize=9, annotation_clip=False)
    axes.set_xlim(right=last + max(len(name) for _, name, _ in ends) * 0.011 * (last + 1) + 0.1)


def _bars(axes: Axes, plotted: Plotted, design: Design) -> None:
    """Draw a bar for each name, the longest on top, with its value at its end."""
    (values,) = plotted.values.values()
    pairs = sorted(
        ((value or 0.0, name) for value, name in zip(values, plotted.along, strict=True)),
        key=lambda pair: (pair[0], pair[1]),
    )
    names = [name for _, name in pairs]
    colours = [OUT if name == design.stands_out else MAIN for name in names]
    bars = axes.barh(names, [value for value, _ in pairs], color=colours, height=0.66, zorder=2)
    axes.bar_label(bars, [figure_text(value) for value, _ in pairs], padding=4, color=INK)
    most, least = max(value for value, _ in pairs), min(value for value, _ in pairs)
    room = (max(most, 0.0) - min(least, 0.0)) * (HEADROOM - 1) or 1.0
    axes.set_xlim(least - room if least < 0 else 0.0, most + room if most > 0 else room)
    axes.set_xlabel(f"{design.y_label} ({plotted.unit})")
    axes.set_ylabel(design.x_label)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: figure_text(value)))
    axes.grid(axis="x", color=GRID, zorder=0)
    axes.tick_params(axis="y", length=0)


def figure_text(value: float) -> str:
    """Return a number as a reader takes it in: thousands apart, no more digits than it takes."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}".rstrip("0").rstrip(".")
