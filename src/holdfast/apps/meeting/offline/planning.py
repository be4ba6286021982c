"""Decides which analyses a meeting needs, by the words of its agenda."""

import re

from holdfast.apps.meeting.offline.heard import Heard, answer
from holdfast.integration.gateway.offline import Answer

TITLE_CHARACTERS_MAX = 100
QUESTIONS = {
    "financial": (
        "How did revenue, costs and margin develop month by month over the last year, what made the margin change "
        "most, in which segment, and which invoices are overdue?"
    ),
    "shipping": (
        "How punctual were the carriers over the last three months, which one is worst and on which lane, "
        "and how did freight costs per kg develop?"
    ),
    "incidents": (
        "Which services had incidents over the last two months, for how long, and in which week did requests fail most?"
    ),
}
ABOUT = {
    "financial": re.compile(
        r"\b(financ\w*|margins?|profit\w*|revenue|sales|costs?|budgets?|invoices?|payments?|overdue|books|cash|money|"
        r"figures|quarter\w*|segments?)\b"
    ),
    "shipping": re.compile(
        r"\b(ship\w*|carriers?|deliver\w*|freight|lanes?|logistics?|transport\w*|parcels?|delays?|late|punctual\w*)\b"
    ),
    "incidents": re.compile(
        r"\b(incidents?|outages?|downtime|failures?|errors?|services?|reliab\w*|availab\w*|post-?mortems?|systems?)\b"
    ),
}
WHOLE = re.compile(r"\b(operations?|ops|everything|business review|all areas|as a whole)\b")
_WISH = re.compile(
    r"^(please\s+)?(prepare|brief (me|us) (on|for)|get (me|us) ready for|write a briefing (on|for))\s+", re.IGNORECASE
)


def plan(heard: Heard) -> Answer:
    """Name the meeting and the analyses: those that its words are about; all of them if it is about the whole."""
    request = heard.text("The meeting")
    said = request.lower()
    named = [analyst for analyst, about in ABOUT.items() if about.search(said)]
    chosen = list(ABOUT) if WHOLE.search(said) or not named else named
    return answer(
        {
            "title": _title(request),
            "analyses": [{"analyst": analyst, "question": QUESTIONS[analyst]} for analyst in chosen],
        }
    )


def _title(request: str) -> str:
    first = next((line.strip(" #-*") for line in request.splitlines() if line.strip(" #-*")), "Meeting")
    title = _WISH.sub("", first).rstrip(".!? ")[:TITLE_CHARACTERS_MAX].strip() or "Meeting"
    return title[0].upper() + title[1:]
