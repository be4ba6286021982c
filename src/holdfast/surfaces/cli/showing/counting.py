"""How far long work is, on stderr: a bar where there is a terminal, a line now and then where there is none."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from holdfast.surfaces.cli.showing.terminal import err, styled

LINE_SECONDS = 2.0
"""How often a line is printed where there is no terminal."""

Count = Callable[[int, int], None]
"""Told how much is done, and of how much; from any thread."""


@contextmanager
def counting(task: str, unit: str, *, is_quiet: bool, clock: Callable[[], float] = time.monotonic) -> Iterator[Count]:
    """Show how far ``task`` is, counted in ``unit``."""
    console = err()
    if is_quiet:
        yield lambda _done, _total: None
    elif console.is_terminal:
        columns = (TextColumn(task), BarColumn(), MofNCompleteColumn(), TextColumn(unit), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as shown:
            row = shown.add_task(task, total=None)
            yield lambda done, total: shown.update(row, completed=done, total=total)
    else:
        said_at = clock()

        def say(done: int, total: int) -> None:
            nonlocal said_at
            if (now := clock()) - said_at >= LINE_SECONDS:
                said_at = now
                console.print(styled(f"{task}: {done:,} of {total:,} {unit}"))

        yield say
