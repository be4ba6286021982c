"""Whether those who may write what runs share are there. Pure; raises DefinitionError."""

from collections.abc import Collection

from holdfast.integration.tools.sharing import Writers
from holdfast.kernel.errors import DefinitionError


def check_writers(app: str, writers: Writers, known: Collection[str]) -> None:
    """Raise DefinitionError for writers of shared values that are none of ``known``, the callers of ``app``."""
    for pattern, names in writers.items():
        if strangers := sorted(set(names).difference(known)):
            raise DefinitionError(
                f"app {app!r}: expected the writers of {pattern!r} to be agents, functions or tools of it, "
                f"found {', '.join(strangers)}"
            )
