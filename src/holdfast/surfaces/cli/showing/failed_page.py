"""What has failed and what waits to be tried again: as a page, and as JSON."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from holdfast.governance.redaction.personal import Masks
from holdfast.orchestration.people.dead_letters import DeadLetter, Retrying
from holdfast.surfaces.cli.showing.terminal import clean, styled
from holdfast.surfaces.cli.showing.wording import age, counted, duration, instant, short_ids


def dead_records(found: Sequence[DeadLetter]) -> list[dict[str, object]]:
    """Return the dead letters as JSON objects, in order."""
    return [
        {
            "run_id": one.run,
            "app": one.app,
            "title": Masks().text(one.title),
            "status": one.status,
            "step": one.step,
            "tries": one.tries,
            "fault": one.fault,
            "failed_at": one.failed_at,
            "requeues": one.requeues,
            "parent": one.parent,
        }
        for one in found
    ]


def retries_records(found: Sequence[Retrying]) -> list[dict[str, object]]:
    """Return what waits to be tried again as JSON objects, in order."""
    return [
        {
            "run_id": one.run,
            "app": one.app,
            "title": Masks().text(one.title),
            "step": one.step,
            "tries": one.tries,
            "fault": one.fault,
            "failed_at": one.failed_at,
            "retry_at": one.retry_at,
        }
        for one in found
    ]


def print_dead(found: Sequence[DeadLetter], now: float, console: Console) -> None:
    """Print each dead letter: where it failed, why, when, and the commands that decide on it."""
    ids = short_ids([run for one in found for run in (one.run, one.parent) if run is not None])
    for one in found:
        _print_head(ids[one.run], one, console)
        before = f", requeued {counted(one.requeues, 'time')} before" if one.requeues else ""
        tried = f", tried {counted(one.tries, 'time')}," if one.tries > 1 else ""
        told = f"  {one.status.lower()}{tried} at {instant(one.failed_at)}, {age(now - one.failed_at)}{before}"
        console.print(styled(told), soft_wrap=True)
        if one.parent is not None:
            told = f"  a part of {ids[one.parent]}, which went on without it: start {one.app} anew, or drop it"
            console.print(styled(told), soft_wrap=True)
    console.print()
    console.print(styled("have one go on with: holdfast requeue RUN · let it be with: holdfast drop RUN"))


def print_retries(found: Sequence[Retrying], now: float, console: Console) -> None:
    """Print what waits: why, since when, and when the next try comes."""
    ids = short_ids([one.run for one in found])
    for one in found:
        _print_head(ids[one.run], one, console)
        tried = f"tried {counted(one.tries, 'time')}"
        then = f"next in {duration(one.retry_at - now)}" if one.retry_at > now else "next now"
        told = f"  {tried}, last {age(now - one.failed_at)} · {then}, at {instant(one.retry_at)}"
        console.print(styled(told), soft_wrap=True)
    console.print()
    console.print(styled("have one tried at once with: holdfast requeue RUN"))


def _print_head(short: str, one: DeadLetter | Retrying, console: Console) -> None:
    line = Text(clean(f"{short}  {one.app}: {Masks().text(one.title)}"), style="bold")
    line.append(f"  {clean(one.step or 'not begun')}", style="magenta")
    console.print(line, soft_wrap=True)
    if one.fault is not None:
        console.print(styled(f"  {one.fault.kind}: {one.fault.message}", style="red"), soft_wrap=True)
