"""Whether a node that waits says what for. Pure; raises DefinitionError."""

from collections.abc import Sequence

from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.flow.nodes import DecisionNode, WaitNode

OPTIONS_MAX = 20
OPTION_CHARACTERS_MAX = 64


def check_wait(node: WaitNode, path: str) -> None:
    """Raise DefinitionError unless the wait at ``path`` has one end."""
    if (node.seconds is None) == (node.until is None):
        found = "neither" if node.seconds is None else "both"
        raise DefinitionError(f"{path}: expected one of seconds and until, found {found}")


def check_decision(node: DecisionNode, path: str) -> None:
    """Raise DefinitionError unless the options at ``path`` can be told apart and the deadline chooses one of them."""
    names = [option.name for option in node.offered]
    if node.choices is not None and names:
        raise DefinitionError(f"{path}: expected options=() beside choices, found {', '.join(names)}")
    if wrong := unusable_options(names):
        raise DefinitionError(f"{path}: {wrong}")
    if node.at_deadline is None:
        return
    if node.deadline_seconds is None:
        raise DefinitionError(f"{path}: expected deadline_seconds beside at_deadline={node.at_deadline!r}, found none")
    if names and node.at_deadline not in names:
        raise DefinitionError(
            f"{path}: expected at_deadline to be one of {', '.join(names)}, found {node.at_deadline!r:.80}"
        )
    if not node.at_deadline:
        raise DefinitionError(f"{path}: expected at_deadline to be an answer, found an empty text")


def unusable_options(names: Sequence[str]) -> str | None:
    """Return why nobody could be asked to choose among ``names``; None if that can be asked."""
    if len(names) > OPTIONS_MAX:
        return f"expected at most {OPTIONS_MAX} options, found {len(names)}"
    for name in names:
        if not 0 < len(name) <= OPTION_CHARACTERS_MAX or name != " ".join(name.split()) or not name.isprintable():
            return f"expected options of 1 to {OPTION_CHARACTERS_MAX} characters on one line, found {name!r:.80}"
    if len(set(names)) < len(names):
        return f"expected different options, found {', '.join(names)}"
    return None
