"""``holdfast sandbox doctor``: what was tried, what held, and what is used here."""

import io

import pytest
from rich.console import Console

from holdfast.integration.tools.sandbox.probes.selftest import Verdict
from holdfast.integration.tools.sandbox.probes.table import PROBES
from holdfast.runtime.sandboxes import Examined, Level
from holdfast.surfaces.cli.showing.sandbox_table import print_sandboxes, sandbox_records
from tests.surfaces.cli.program import Program

FACTS = {"kernel": "6.18", "uid": "0"}
REFUSED = Examined(level=Level.BUBBLEWRAP, refused="expected the program bwrap, found none")
HOLDS = Examined(
    level=Level.LANDLOCK,
    verdicts=(
        Verdict("read_outside", "read a file", held=True, found="denied"),
        Verdict("stat_outside", "see a file", held=False, found="got through", is_declared=True),
        Verdict("spin", "spin", held=False, found="not stopped"),
    ),
)


def printed(*found: Examined, chosen: Level | None) -> str:
    text = io.StringIO()
    print_sandboxes(found, chosen, FACTS, Console(file=text, width=120))
    return text.getvalue()


def test_each_level_is_shown_with_its_probes_or_with_why_it_is_refused() -> None:
    shown = printed(REFUSED, HOLDS, chosen=Level.LANDLOCK)
    for part in ("kernel 6.18, uid 0", "refused", "found none", "held", "known", "LEAK", "used here: landlock"):
        assert part in shown


def test_where_nothing_holds_that_is_the_last_word() -> None:
    assert printed(REFUSED, chosen=None).rstrip().endswith("nothing holds here: code from outside is not run")


def test_the_record_has_every_probe() -> None:
    record = sandbox_records([REFUSED, HOLDS], Level.LANDLOCK, FACTS)
    assert record["chosen"] == "landlock"
    assert record["levels"] == [
        {"level": "bubblewrap", "holds": False, "refused": REFUSED.refused, "probes": ()},
        {"level": "landlock", "holds": True, "refused": None, "probes": HOLDS.verdicts},
    ]


@pytest.mark.slow  # every probe is tried against every level
def test_the_doctor_tries_them_all_here(holdfast: Program) -> None:
    done = holdfast.bare("sandbox", "doctor", "--json")
    assert done.code == (0 if done.json["chosen"] else 1)
    for level in done.json["levels"]:
        if level["holds"]:
            assert [probe["probe"] for probe in level["probes"]] == [probe.name for probe in PROBES]
