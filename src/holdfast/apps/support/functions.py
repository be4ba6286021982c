"""The desk's own steps: the conversation so far as text, the answers put together, and what they state looked up."""

from typing import Any

from holdfast.apps.support.grounding import unsupported
from holdfast.apps.support.request import Said
from holdfast.integration.tools.contract import Provided, tool
from holdfast.integration.tools.evidence import Evidence
from holdfast.kernel.effects import Effect
from holdfast.prompts.prompt import shipped

EARLIER_CHARACTERS_MAX = 6_000


@tool(effect=Effect.PURE)
def tell_earlier(earlier: list[Said]) -> dict[str, str]:
    """Put the conversation so far into words, the latest of it if it is long."""
    told = "\n\n".join(f"Customer: {said.customer}\nDesk: {said.desk}" for said in earlier)
    kept = told[-EARLIER_CHARACTERS_MAX:]
    return {"earlier": f"What was said before:\n\n{kept}" if kept else ""}


@tool(effect=Effect.PURE)
def nothing_to_do() -> str:
    """Say what the desk can do."""
    return shipped("apps/support/nothing_to_do").text.strip()


@tool(effect=Effect.PURE)
def put_together(parts: list[dict[str, Any]], answers: list[str | None]) -> str:
    """Put the answers together in the order of the parts; say of a part that failed that it did."""
    failed = shipped("apps/support/part_failed")
    told = [
        (failed.render({"request": part["request"]}) if answer is None else answer).strip()
        for part, answer in zip(parts, answers, strict=True)
    ]
    return "\n\n".join(dict.fromkeys(told))


@tool(effect=Effect.READ)
async def find_unsupported(answer: str, message: str, *, evidence: Provided[Evidence]) -> list[dict[str, str]]:
    """Find what an answer states that stands neither in a tool's result nor in the customer's own words."""
    shown = await evidence.shown()
    known = [message, *(result.text for result in shown), nothing_to_do.function()]
    return [
        {"criterion": "grounded", "expected": "what was looked up", "found": stated}
        for stated in unsupported(answer, known)
    ]
