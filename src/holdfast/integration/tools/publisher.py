"""What a tool publishes with: events that go out with the commit that records its success."""

from collections.abc import Mapping
from typing import NamedTuple

from holdfast.integration.tools.topic import Topic, checked_key
from holdfast.kernel.errors import DefinitionError, InputError

EVENTS_MAX = 100
"""How many events one call may publish."""


class Asked(NamedTuple):
    """An event that a call wants published."""

    topic: str
    key: str | None
    body: bytes


class Publisher:
    """Publishes on the app's topics: ``Provided[Publisher]``.

    What a call publishes goes out once the call has succeeded, all together, and nothing of it else.
    """

    __slots__ = ("_topics", "asked")

    def __init__(self, topics: Mapping[str, Topic]) -> None:
        self._topics = topics
        self.asked: list[Asked] = []

    def publish(self, topic: str, payload: object, *, key: str | int | None = None) -> None:
        """Publish ``payload``. Events of one key are reacted to one after the other.

        Raises DefinitionError for a topic the app does not declare, InputError for a payload or key that does not fit.
        """
        declared = self._topics.get(topic)
        if declared is None:
            told = ", ".join(sorted(self._topics)) or "none"
            raise DefinitionError(f"expected a topic that the app declares, found {topic!r}: it has {told}")
        if len(self.asked) >= EVENTS_MAX:
            raise InputError(f"expected a call to publish at most {EVENTS_MAX} events, found more")
        self.asked.append(Asked(topic, checked_key(topic, key), declared.body(payload)))
