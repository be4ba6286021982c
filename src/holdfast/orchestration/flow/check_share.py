"""Whether a node can be held to the share that it is given. Pure; raises DefinitionError."""

from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.limits import Budget, unusable

SPENT = ("tokens", "usd", "turns", "tool_calls")
"""The limits that a share can have: of what is spent. Time has ``timeout_seconds``; runs below are for the run."""


def check_share(share: float | Budget | None, path: str) -> None:
    """Raise DefinitionError, naming ``path``, for a share that nothing can be held to."""
    match share:
        case None:
            return
        case Budget():
            if told := unusable(share):
                raise DefinitionError(f"{path}: share: {told}")
            limits = (name for name in Budget.__struct_fields__ if getattr(share, name) is not None)
            if others := [name for name in limits if name not in SPENT]:
                told = f"expected a share of {', '.join(SPENT)}, found {', '.join(others)}"
                raise DefinitionError(f"{path}: {told}: limit those of the run, and time by timeout_seconds")
        case _ if not 0 < share <= 1:
            raise DefinitionError(f"{path}: expected a share above 0 and of at most 1, found {share:g}")
