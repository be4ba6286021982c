"""Answers what the shop promises, in the words of its policies."""

from holdfast.apps.support.offline.heard import Heard, call, say
from holdfast.apps.support.offline.words import SAYS_NOTHING, words
from holdfast.integration.gateway.offline import Answer


def quote(heard: Heard) -> Answer:
    """Search the policies and give the text that fits best."""
    searches = heard.of("search_policies")
    if not searches:
        said = [word for word in words(heard.request) if word not in SAYS_NOTHING]
        return call("search_policies", words=" ".join(said)[:200] or "returns")
    found = [] if searches[-1].is_error else searches[-1].records
    if not found:
        return say("I do not know that; a colleague can find it out for you.")
    return say(f"{found[0]['title']}: {found[0]['text']}")
