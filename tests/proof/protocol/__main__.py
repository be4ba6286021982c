"""Prints what the searches of the model found: how many states each, and by which promise each planted mistake fell.

    python -m tests.proof.protocol [--json]

Needs spin and a C compiler.
"""

import json
import sys
import tempfile
from pathlib import Path

from tests.proof.protocol.searches import FOREVER, PLANTED, SEARCHES
from tests.proof.protocol.spin import IS_HERE, Verdict, search


def main() -> None:
    """Make every search and print the tables, for people or for programs."""
    if not IS_HERE:
        sys.exit("spin and a C compiler are needed and not here: on Debian, apt install spin gcc libc6-dev")
    kept = {name: _search(defines) for name, defines in SEARCHES.items()}
    kept |= {f"for ever: {name}": _search(SEARCHES["a crash and a frozen driver"], name) for name in FOREVER}
    planted = {each.mistake: _search(each.defines) for each in PLANTED}
    if "--json" in sys.argv[1:]:
        told = {
            "searches": {name: {"states": each.states, "broken": each.broken} for name, each in kept.items()},
            "planted": {name: {"states": each.states, "broken": each.broken} for name, each in planted.items()},
        }
        sys.stdout.write(json.dumps(told) + "\n")
        return
    for name, verdict in (kept | planted).items():
        sys.stdout.write(f"{name:<48} {verdict.states:>9,} states  {verdict.broken or 'every promise kept'}\n")


def _search(defines: str, forever: str | None = None) -> Verdict:
    with tempfile.TemporaryDirectory() as place:
        return search(Path(place), defines, forever=forever)


if __name__ == "__main__":
    main()
