"""The preparation of a meeting as a flow: plan, analyses side by side each with its ladder, check, write, publish."""

from holdfast.apps.meeting.briefing.model import Analyst
from holdfast.apps.meeting.budgets import ANALYST
from holdfast.flow import (
    AgentNode,
    Branch,
    Case,
    ChildNode,
    Fallback,
    FunctionNode,
    Join,
    Parallel,
    Sequence,
)
from holdfast.kernel.outcomes import ErrorKind

STEPS_DOWN_ON = tuple(kind for kind in ErrorKind if kind not in (ErrorKind.CANCELLED, ErrorKind.IN_DOUBT))
"""Also where nothing is left to pay an analyst with: an earlier report costs nothing."""
_WRITTEN = "{'request': input.request, 'plan': plan, 'draft': draft, 'checked': checked}"


def _analysis(analyst: Analyst) -> Branch:
    """Return an analysis if the plan has it: the analyst's own run, else its last report, else nothing."""
    asked = f"[each.question for each in plan.analyses if each.analyst == '{analyst}']"
    case = "input.case" if analyst is Analyst.INCIDENTS else "None"
    return Branch(
        analyst.value,
        cases=(
            Case(
                f"len({asked}) > 0",
                Fallback(
                    "report",
                    rungs=(
                        ChildNode(
                            "live",
                            f"meeting_{analyst}",
                            input=f"{{'question': first({asked}), 'company': input.company, "
                            f"'folder': input.folder, 'case': {case}}}",
                            budget=ANALYST,
                        ),
                        FunctionNode("last", "last_report", input=f"{{'analyst': '{analyst}'}}"),
                        FunctionNode("none", "not_available", input="{}"),
                    ),
                    steps_down_on=STEPS_DOWN_ON,
                ),
            ),
        ),
    )


_FOUND = ", ".join(f"'{analyst}': analyses.{analyst}" for analyst in Analyst)

FLOW = Sequence(
    "meeting",
    steps=(
        AgentNode("plan", "planner", input="{'request': input.request}"),
        Parallel("analyses", branches=tuple(map(_analysis, Analyst)), join=Join.BEST_EFFORT),
        FunctionNode("checked", "check_reports", input=f"{{'plan': plan, 'reports': {{{_FOUND}}}}}"),
        AgentNode("draft", "editor", input="{'request': input.request, 'reports': checked.sections}"),
        Fallback(
            "written",
            rungs=(
                FunctionNode("whole", "put_together_whole", input=_WRITTEN),
                FunctionNode("supported", "put_together_supported", input=_WRITTEN),
            ),
        ),
        FunctionNode("kept", "keep_reports", input="{'checked': checked}"),
        FunctionNode("briefing", "publish", input="{'briefing': written.value}"),
    ),
)
