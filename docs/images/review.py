"""Draws `review.svg`: the head of the report of a real run, as a terminal shows it.

    .venv/bin/python docs/images/review.py RUN

`RUN` is a finished review in the store that `holdfast runs` lists.
"""

import asyncio
import io
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from holdfast import Runtime
from holdfast.apps.review.assembly import report_of
from holdfast.apps.review.report.terminal import terminal_report
from holdfast.apps.review.report.value import ReviewReport
from holdfast.surfaces.cli.asking.options import STORE_VARIABLE
from holdfast.surfaces.cli.asking.stores import reading

COLUMNS, LINES = 104, 46
PICTURE = Path(__file__).with_suffix(".svg")

SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
    <style>
    .{unique_id}-matrix {{
        font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
        font-size: {char_height}px;
        line-height: {line_height}px;
        font-variant-east-asian: full-width;
    }}
    .{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: arial, sans-serif; }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
    </g>
</svg>
"""


def draw(report: ReviewReport) -> str:
    console = Console(file=io.StringIO(), record=True, width=COLUMNS, force_terminal=True, color_system="truecolor")
    console.print(Text("$ scripts/demo", style="bold"))
    for line in console.render_lines(terminal_report(report), pad=False)[:LINES]:
        console.print(Text.assemble(*((piece.text, piece.style or "") for piece in line)), no_wrap=True, crop=True)
    console.print(Text("…", style="dim"))
    return console.export_svg(title="scripts/demo", code_format=SVG, unique_id="review")


async def report(run_id: str) -> ReviewReport:
    async with reading(os.environ.get(STORE_VARIABLE)) as runtime:
        return await read(runtime, run_id)


async def read(runtime: Runtime, run_id: str) -> ReviewReport:
    run = await runtime.run(run_id)
    state = await run.state()
    value = await run.value(state)
    assert isinstance(value, dict), "a review that succeeded has concluded"
    return report_of(state, value)


if __name__ == "__main__":
    PICTURE.write_text(draw(asyncio.run(report(sys.argv[1]))), encoding="utf-8")
