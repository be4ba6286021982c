"""Leaves out of an answer what is not supported."""

import re

from holdfast.apps.support.offline.heard import Heard, say
from holdfast.integration.gateway.offline import Answer

_TASK = re.compile(
    r"The answer:\s*(?P<answer>.*?)\s*Not supported by anything that was looked up:\s*(?P<unmet>.*)", re.DOTALL
)
_FOUND = re.compile(r'"found":\s*"([^"]+)"')
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")
NOTHING_LEFT = "I am sorry, I cannot answer that with certainty; a colleague will."


def revise(heard: Heard) -> Answer:
    """Give the answer again without the sentences that state what is unmet."""
    task = _TASK.search(heard.task)
    if task is None:
        return say(NOTHING_LEFT)
    unmet = _FOUND.findall(task["unmet"])
    kept = [each for each in _SENTENCE.split(task["answer"]) if not any(stated in each for stated in unmet)]
    return say("\n".join(kept).strip() or NOTHING_LEFT)
