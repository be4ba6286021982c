"""``holdfast init incident``: makes a case to investigate."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from holdfast.apps.outages.case import make
from holdfast.apps.outages.kinds import find
from holdfast.apps.outages.writing import write
from holdfast.kernel.errors import InputError


class OutagesCommand:
    """``holdfast init incident``."""

    def init(
        self,
        folder: Path,
        seed: Annotated[int, typer.Option("--seed", min=0, help="Which case: the same seed makes the same one.")] = 1,
        kind: Annotated[
            str | None, typer.Option("--kind", help="What is wrong: a kind of fault, or a .toml file of one.")
        ] = None,
    ) -> Sequence[str]:
        """Make a simulated outage to investigate: logs, metrics, changes; and apart from them its cause."""
        if not folder.is_dir():
            raise InputError(f"expected a folder for the case, found none at '{folder}': create it first")
        path = folder / f"outage-{seed}.db"
        truth = write(make(seed, None if kind is None else find(kind)), path)
        return (
            f"made the outage {path}; what was its cause stands in {truth}, which the investigation never reads",
            f"find it out with: holdfast run incident {path}",
        )


command = OutagesCommand()
