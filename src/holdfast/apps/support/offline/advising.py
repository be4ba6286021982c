"""Recommends what the catalogue has."""

import re

from holdfast.apps.support.offline.choosing import MATTERS
from holdfast.apps.support.offline.heard import Heard, call, say
from holdfast.apps.support.offline.words import COLOURS, alike, telling, words
from holdfast.integration.gateway.offline import Answer

RECOMMENDED_MAX = 3
_UNDER = re.compile(r"\b(?:under|below|less than|up to|at most|max(?:imum)?)\s+(?:of\s+)?[€$£]?(\d+(?:\.\d{1,2})?)")
_ALIKE = re.compile(r"\bsimilar\b|\blike (my|the|that)\b|\balternative")
_SPOKEN = MATTERS | COLOURS | {"nice", "under", "below", "less", "than", "max", "maximum", "price", "maybe"}


def advise(heard: Heard) -> Answer:
    """Search, once more without the colour if nothing is found, and name what there is."""
    searches = heard.of("search_catalogue")
    if _ALIKE.search(heard.request.lower()) and not heard.of("list_orders"):
        return call("list_orders")
    wanted = _like_what_was_bought(heard) or telling(heard.request, _SPOKEN) or telling(heard.message, _SPOKEN)
    if not wanted and not searches:
        return say("What are you looking for? Tell me the kind of thing, and the colour if you like.")
    colour = next((word for word in words(heard.request) if word in COLOURS), None)
    limit = _UNDER.search(heard.request.lower())
    asked: dict[str, object] = {"words": " ".join(wanted)}
    if limit:
        asked["price_max"] = limit[1]
    if not searches:
        return call("search_catalogue", **(asked | ({"colour": colour} if colour else {})))
    found = [] if searches[-1].is_error else [each for each in searches[-1].records if each["in_stock"]]
    if not found and colour and len(searches) == 1:
        return call("search_catalogue", **asked)
    if not found:
        return say("I am sorry, I find nothing like that in stock.")
    told = [f"- {each['name']} in {each['colour']}, {each['price']}" for each in found[:RECOMMENDED_MAX]]
    lead = f"In {colour} I find nothing, but there is:" if colour and len(searches) > 1 else "I would recommend:"
    return say("\n".join((lead, *told)))


def _like_what_was_bought(heard: Heard) -> list[str]:
    """Return the words for the bought item that the message speaks of; none if it speaks of none."""
    wanted = telling(heard.message, MATTERS)
    bought = [
        item
        for came in heard.of("list_orders")
        for order in came.records
        for item in str(order["holds"]).split(", ")
        if alike(wanted, item)
    ]
    best = max(bought, key=lambda item: alike(wanted, item), default="")
    return [word for word in words(best) if word not in COLOURS]
