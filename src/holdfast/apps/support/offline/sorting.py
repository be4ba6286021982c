"""Takes a message apart: its clauses, what each is about, and which comes first."""

import re

import msgspec

from holdfast.apps.support.offline.heard import Heard, say
from holdfast.apps.support.offline.words import corrected, order_ids, telling, words
from holdfast.integration.gateway.offline import Answer

PARTS_MAX = 8
PART_CHARACTERS_MAX = 2_000
ABOUT: dict[str, dict[str, int]] = {
    "return": {
        **dict.fromkeys(("return", "returning", "refund", "refunded", "reimburse", "damaged", "broken", "faulty"), 3),
        **dict.fromkeys(("ripped", "torn", "defective", "exchange"), 2),
    },
    "recommendation": {
        **dict.fromkeys(("recommend", "recommendation", "suggest", "suggestion", "similar", "alternative"), 4),
        **dict.fromkeys(("looking", "show", "find", "catalogue", "sell", "browse", "gift"), 2),
    },
    "order": {
        **dict.fromkeys(("order", "orders", "ordered", "parcel", "package", "delivery"), 1),
        **dict.fromkeys(("cancel", "track", "tracking", "status", "shipped", "arrive", "arrived", "arriving"), 3),
    },
    "policy": {
        **dict.fromkeys(("policy", "policies", "warranty", "guarantee", "terms", "privacy", "rules"), 5),
        **dict.fromkeys(("cost", "costs", "allowed", "shipping", "ship", "international", "data"), 3),
    },
}
PHRASES = (
    (re.compile(r"\b(send|give|bring)\b.{0,40}\bback\b|\bmoney back\b"), "return", 4),
    (re.compile(r"\bwhere('s| is| are)\b|\bwhen (will|does|is)\b"), "order", 3),
    (re.compile(r"\bdo you (have|sell|carry|stock)\b|\bsomething (like|for)\b"), "recommendation", 4),
    (
        re.compile(r"\b(how (long|many days|much)|what is your|what's your|do you (ship|deliver|offer|accept))\b"),
        "policy",
        5,
    ),
    (re.compile(r"\b(can|may) (i|one|you) (return|exchange|cancel)\b(?!.*\b(my|this|that|[a-z]-\d{3,}))"), "policy", 4),
    (re.compile(r"\b(gift cards?|underwear)\b.*\breturned\b|\bdata\b.*\b(erase|delete|keep)"), "policy", 4),
)
_CUT = re.compile(
    r"[.!?;\n]+\s+|[.!?;]+$|,?\s+(?:and then|and also|but first|but|also|then|and)\s+"
    r"|,\s+(?=(?:please|first|can|could|i|do)\b)",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\bfirst\b|\bbefore (that|you do)\b", re.IGNORECASE)
_KNOWN = frozenset(word for weights in ABOUT.values() for word in weights)


class _Clause(msgspec.Struct):
    text: str
    kind: str | None
    is_first: bool


def sort(heard: Heard) -> Answer:
    """Say what a message asks, in the order in which it is to be done."""
    joined = list[_Clause]()
    for clause in _clauses(heard.message):
        before = joined[-1] if joined else None
        if before is not None and (clause.kind is None or _belongs(clause, before)):
            before.text, before.kind = f"{before.text} and {clause.text}", before.kind or clause.kind
            before.is_first |= clause.is_first
        else:
            joined.append(clause)
    asked = [clause for clause in joined if clause.kind is not None] or [_Clause(heard.message, "other", False)]
    ordered = sorted(asked[:PARTS_MAX], key=lambda clause: not clause.is_first)
    parts = [{"kind": clause.kind, "request": clause.text[:PART_CHARACTERS_MAX]} for clause in ordered]
    return say(msgspec.json.encode({"parts": parts}).decode())


def kind_of(text: str) -> str | None:
    """Return what a text is about; None if nothing tells."""
    said = [corrected(word, _KNOWN) for word in words(text)]
    weights = {kind: sum(known.get(word, 0) for word in set(said)) for kind, known in ABOUT.items()}
    plain = " ".join(text.lower().split())
    for phrase, kind, weight in PHRASES:
        if phrase.search(plain):
            weights[kind] += weight
    if order_ids(text):
        weights["order"] += 2
    best = max(weights, key=lambda kind: weights[kind])
    return best if weights[best] else None


def _clauses(message: str) -> list[_Clause]:
    """Return the clauses; of a word that cuts, what it says of the order stays with the clause that it begins."""
    clauses, start, leads = list[_Clause](), 0, ""
    for cut in [*_CUT.finditer(message), None]:
        text = message[start : cut.start() if cut else len(message)].strip(" ,.!?;\n")
        if text:
            clauses.append(_Clause(text, kind_of(text), bool(_FIRST.search(f"{leads} {text}"))))
        if cut:
            start, leads = cut.end(), cut[0]
    return clauses


def _belongs(clause: _Clause, before: _Clause) -> bool:
    """Whether a clause only says more of the one before: the same matter, and nothing of its own."""
    return clause.kind == before.kind and not telling(clause.text, _KNOWN | {"money"}) and not order_ids(clause.text)
