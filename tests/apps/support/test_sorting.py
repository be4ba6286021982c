"""The stand-in takes messages apart: several matters in one, in the order asked for, slips of the pen borne."""

import msgspec
import pytest

from holdfast.apps.support.offline.mind import support_mind
from holdfast.integration.gateway.offline import Conversation
from holdfast.kernel.messages import Role, say

MESSAGES = {
    "return the blue shirt from my last order, but first recommend a similar one in green": "recommendation return",
    "Where is my order A-5001?": "order",
    "when will my parcel arrive": "order",
    "wheres my package": "order",
    "Please cancel order A-5030.": "order",
    "which orders do I have?": "order",
    "I want my money back for the family tent": "return",
    "the boots arrived damaged": "return",
    "can I send the coat back?": "return",
    "I'd like to retrun the jacket": "return",
    "refund order A-5014": "return",
    "show me order A-5022": "order",
    "can you recomend a warm jacket": "recommendation",
    "do you have rain jackets under 160?": "recommendation",
    "I'm looking for a gift for my brother": "recommendation",
    "show me bags": "recommendation",
    "what is your return policy?": "policy",
    "how long do I have to return things?": "policy",
    "do you ship to Norway?": "policy",
    "can I return gift cards?": "policy",
    "how much does express shipping cost?": "policy",
    "what is the warranty on tents": "policy",
    "hello": "other",
    "thanks a lot!": "other",
    "what is the weather in Paris": "other",
    "where is A-5022? and how long is the warranty?": "order policy",
    "Cancel A-5030. Then recommend running shoes.": "order recommendation",
    "I want to return the tent and get my money back": "return",
    "return the tent and also return the sleeping bag": "return return",
}


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_is_taken_apart(message: str) -> None:
    task = f"\n\nThe customer writes:\n\n{message}\n"
    said = support_mind(Conversation((say(Role.USER, task),), (), {"type": "object"}))
    parts = msgspec.json.decode(said.text)["parts"]
    assert " ".join(part["kind"] for part in parts) == MESSAGES[message]
    assert all(part["request"] for part in parts)
