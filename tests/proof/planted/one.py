"""Plants one bug in this process and shows it to the suites: ``python -m tests.proof.planted.one NAME``.

Prints a line of JSON: which suite caught it, and by what. What is imported late here must come after the planting.
"""

import importlib
import json
import sys
import time

from tests.proof.planted.mutants import MUTANTS
from tests.proof.planted.planting import plant


def main(name: str) -> None:
    """Plant it, and ask one suite after the other until one catches it."""
    mutant = MUTANTS[name]
    plant(mutant)
    began = time.monotonic()
    suites = importlib.import_module("tests.proof.planted.suites").SUITES
    caught: dict[str, object] = {"mutant": name, "caught_by": None, "what": ""}
    for suite in mutant.suites:
        if (what := suites[suite]()) is not None:
            caught |= {"caught_by": suite, "what": what[:300]}
            break
    caught["seconds"] = round(time.monotonic() - began, 1)
    sys.stdout.write(json.dumps(caught) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
