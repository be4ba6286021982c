"""The lifecycle as a Mermaid state diagram and as tables of Markdown, drawn from the one table. Pure."""

from collections.abc import Iterator

from holdfast.orchestration.lifecycle import FINAL, LIVE, RULES, TRANSITIONS, Status, Transition, Trigger

EVERYWHERE = (Trigger.WAITS, Trigger.DRIVEN_AGAIN, Trigger.CANCELLED)
"""What can happen in every live state: one line each rather than one a state."""


def lifecycle_diagram() -> str:
    """Return the text of a Mermaid state diagram: the live states in one box, for what each of them allows."""
    inside = [each for each in _particular() if each.origin in LIVE and each.target in LIVE]
    outside = [each for each in _particular() if each not in inside]
    lines = [
        "stateDiagram-v2",
        "    state live {",
        *(f"        {_arrow(each)}" for each in inside),
        "    }",
        f"    [*] --> {Status.INTAKE}",
        *(f"    {_arrow(each)}" for each in outside),
        f"    live --> {Status.WAITING}: {Trigger.WAITS}",
        f"    {Status.WAITING} --> live: {Trigger.DRIVEN_AGAIN}",
        f"    live --> {Status.CANCELLED}: {Trigger.CANCELLED}",
        f"    {Status.WAITING} --> {Status.CANCELLED}: {Trigger.CANCELLED}",
        *(f"    {state} --> [*]" for state in Status if state in FINAL),
    ]
    return "\n".join(lines) + "\n"


def lifecycle_table() -> str:
    """Return a Markdown table: for each state where events take a run, and what becomes of one that fails there."""
    lines = ["| from | event and where it leads | failure rule |", "|---|---|---|"]
    for state in Status:
        ways = ", ".join(f"{each.trigger} → `{each.target}`" for each in _particular() if each.origin is state)
        rule = f"`{RULES[state]}`" if state in RULES else ""
        if state is Status.WAITING:
            ways = f"{Trigger.DRIVEN_AGAIN} → the state it waits in, {Trigger.CANCELLED} → `{Status.CANCELLED}`"
        lines.append(f"| `{state}` | {ways or 'it is over'} | {rule} |")
    return "\n".join(lines) + "\n"


def _particular() -> Iterator[Transition]:
    return (each for each in TRANSITIONS if each.trigger not in EVERYWHERE)


def _arrow(each: Transition) -> str:
    return f"{each.origin} --> {each.target}: {each.trigger}"
