"""What tests of applications need: time that is moved, models that follow a script, a journal in memory.

These are the fakes that live beside their ports; each passes the same conformance suite as the real thing
(``holdfast.testing.conformance``).
"""

from holdfast.integration.gateway.lines import answer, answer_json, call, calls, fail, stall, stop
from holdfast.integration.gateway.pricing.price import Price, Rate, Rates
from holdfast.integration.gateway.recorded import RecordedModel
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.integration.gateway.transcript import Transcript, transcript_of
from holdfast.integration.secrets.grants import Grant
from holdfast.integration.secrets.memory import MemoryVault
from holdfast.intent.letters import LetterEmbeddings
from holdfast.journal.stores.memory import MemoryDisk, MemoryStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.faults import POINTS, Point
from holdfast.kernel.randomness import SeededRandomness

__all__ = [
    "POINTS",
    "Grant",
    "LetterEmbeddings",
    "MemoryDisk",
    "MemoryStore",
    "MemoryVault",
    "Point",
    "Price",
    "Rate",
    "Rates",
    "RecordedModel",
    "ScriptedModel",
    "SeededRandomness",
    "Transcript",
    "VirtualClock",
    "answer",
    "answer_json",
    "call",
    "calls",
    "fail",
    "stall",
    "stop",
    "transcript_of",
]
