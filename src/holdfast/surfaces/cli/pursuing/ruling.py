"""Says yes or no to a call: to what was shown, or, at a terminal, to what is shown now and confirmed there."""

import sys

import typer

from holdfast.governance.escalation import Escalation
from holdfast.journal.events.approvals import Ruling
from holdfast.kernel.errors import InputError
from holdfast.orchestration.run.handle import Run
from holdfast.surfaces.cli.asking.word import Ruled
from holdfast.surfaces.cli.showing.escalation_page import DIGEST_DIGITS, what_it_is
from holdfast.surfaces.cli.showing.terminal import err, styled


async def rule(run: Run, ruled: Ruled, whoever: str, *, asks: bool) -> None:
    """Decide what ``ruled`` says. Raises InputError where it does not say what of, and nobody can be asked."""
    digest = ruled.digest
    if not digest and ruled.ruling is not Ruling.REJECT:
        digest = _confirmed(await run.approvals(), ruled, asks=asks)
    await run.decide(
        ruled.step,
        ruled.ruling,
        ruled.arguments,
        by=ruled.by or whoever,
        digest=digest,
        of=ruled.of,
        roles=ruled.roles,
        note=ruled.note,
    )


def _confirmed(found: list[Escalation], ruled: Ruled, *, asks: bool) -> str:
    """Return the digest of what is shown, once whoever is at the terminal has confirmed it; empty if nothing waits."""
    meant = [each for each in found if ruled.step in ("", each.path)]
    if len(meant) != 1:
        return ""
    if not (asks and sys.stdin.isatty()):
        raise InputError(
            f"expected --digest with the digest of what is decided of ({meant[0].digest[:DIGEST_DIGITS]} now), found "
            "none, and no terminal to ask at: 'holdfast inbox' shows what it stands for"
        )
    for line in what_it_is(meant[0]):
        err().print(styled(line), soft_wrap=True)
    typer.confirm(f"{ruled.ruling} this?", abort=True, err=True)
    return meant[0].digest
