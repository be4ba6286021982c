"""Where a fork comes from, in words and as JSON."""

from collections.abc import Iterator

from rich.text import Text

from holdfast.journal.fold.state import RunState
from holdfast.observability.usage import figures
from holdfast.surfaces.cli.showing.terminal import styled
from holdfast.surfaces.cli.showing.wording import consumed, short_id


def fork_told(state: RunState) -> str:
    """Return what kind of fork a run is, in a sentence."""
    assert state.origin is not None, "it is a fork"
    goes = "effects are simulated or refused" if state.simulates else "effects are sent"
    return (
        f"run {short_id(state.run)} is a fork of {short_id(state.origin.run)} at version {state.origin.version}: {goes}"
    )


def origin_facts(state: RunState) -> Iterator[tuple[str, Text]]:
    """Yield what the page of a run says of where it comes from: nothing, for most."""
    if state.origin is not None:
        goes = "effects simulated" if state.simulates else "live"
        yield "forked from", styled(f"{state.origin.run} at version {state.origin.version}, {goes}")
        yield "inherited", styled(f"{consumed(figures(state.inherited))}, paid by that run")
    elif state.simulates:
        yield "effects", styled("simulated: its parent is a fork that sends none")


def origin_record(state: RunState) -> dict[str, object]:
    """Return the same as the fields of a JSON object."""
    return {
        "origin": state.origin,
        "simulates": state.simulates,
        "inherited": None if state.origin is None else figures(state.inherited),
    }
