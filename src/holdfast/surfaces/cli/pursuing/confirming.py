"""Asks whoever talks to confirm what the run may not do without them: the end user's own yes, and nobody else's."""

from collections.abc import Awaitable, Callable

import msgspec

from holdfast.governance.escalation import Escalation
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import AlreadySettled, InputError
from holdfast.orchestration.run.handle import Run
from holdfast.surfaces.cli.showing.terminal import err, styled

USER = "user"
YES = ("y", "yes")


async def confirmed(run: Run, state: RunState, next_line: Callable[[str], Awaitable[str | None]]) -> bool:
    """Put each call of ``run`` that needs the end user's yes to whoever talks; return whether each is decided.

    What is not answered, for the input has ended or somebody has stopped the talk, stays undecided.
    """
    if state.user is None:
        return False
    open_ = [each for each in await run.approvals() if _needs_user(each)]
    for asked in open_:
        for line in _told(asked):
            err().print(styled(line), soft_wrap=True)
        answer = await next_line("go ahead? [y/N] ")
        if answer is None:
            return False
        ruling = Ruling.APPROVE if answer.strip().lower() in YES else Ruling.REJECT
        try:
            await run.decide(asked.path, ruling, by=state.user, of=USER, digest=asked.digest)
        except AlreadySettled as error:  # elsewhere, meanwhile: the run goes on by that
            err().print(styled(str(error), style="yellow"), soft_wrap=True)
        except InputError as error:
            err().print(styled(str(error), style="red"), soft_wrap=True)
            return False
    return bool(open_)


def _needs_user(asked: Escalation) -> bool:
    given = {decision.of for decision in asked.decisions}
    return any(need.of == USER for need in asked.needs) and USER not in given


def _told(asked: Escalation) -> list[str]:
    arguments = msgspec.json.decode(asked.arguments)
    told = ", ".join(f"{name} {value}" for name, value in arguments.items()) if isinstance(arguments, dict) else ""
    approve = next((way.impact for way in asked.options if way.ruling is Ruling.APPROVE), "")
    return [f"{asked.tool}: {told}", f"  {asked.reason}: {approve}"]
