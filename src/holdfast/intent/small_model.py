"""Classifies by asking a model: an agent whose answer has to fit a schema, and what is made of that answer."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec
import pydantic

from holdfast.execution.agent import Agent
from holdfast.intent.classification import Classification
from holdfast.intent.classify import TEXT_CHARACTERS_MAX, Thresholds, settle
from holdfast.kernel.errors import RunFailed
from holdfast.kernel.limits import Budget
from holdfast.prompts.prompt import Prompt, shipped

TURNS_MAX = 3
OUTPUT_TOKENS_MAX = 400


class Guess(pydantic.BaseModel):
    """One intent that the request may have."""

    intent: str
    confidence: float = pydantic.Field(ge=0, le=1)


class Guesses(pydantic.BaseModel):
    """What the model answers."""

    intents: list[Guess]
    why: str


def classifying_agent(name: str, intents: Mapping[str, str], model: str) -> Agent:
    """Return an agent that says what its input asks for; ``intents`` are described for it, by name."""
    told = "\n".join(f"- {intent}: {description}" for intent, description in intents.items())
    text = shipped("intent/classify").render({"intents": told})
    return Agent(
        name,
        Prompt("intent/classify", text),
        model,
        output=Guesses,
        budget=Budget(turns=TURNS_MAX),
        output_tokens_max=OUTPUT_TOKENS_MAX,
    )


class ByModel:
    """A classifier that has a run of an agent answer: journalled, priced and within a budget like any other."""

    def __init__(
        self,
        ask: Callable[[str], Awaitable[object]],
        intents: Mapping[str, str],
        thresholds: Thresholds | None = None,
    ) -> None:
        """``ask`` runs the agent on a text and returns its result, or raises RunFailed."""
        self._ask, self._intents, self._thresholds = ask, intents, thresholds or Thresholds()

    async def classify(self, text: str) -> Classification:
        """Return what the model says. Whatever is none of the intents is passed over; no answer is an abstention."""
        try:
            answer = await self._ask(text[:TEXT_CHARACTERS_MAX])
        except RunFailed as failed:
            return Classification((), abstained=True, why=f"the model gave no answer: {failed}")
        return read_guesses(answer, self._intents, self._thresholds)


def read_guesses(answer: object, intents: Mapping[str, str], thresholds: Thresholds) -> Classification:
    """Return what an agent's ``answer`` comes to."""
    try:
        guesses = Guesses.model_validate(msgspec.to_builtins(answer))
    except pydantic.ValidationError as error:
        return Classification(
            (), abstained=True, why=f"the model's answer does not fit: {error.error_count()} problems"
        )
    known = {guess.intent: guess.confidence for guess in guesses.intents if guess.intent in intents}
    return settle(known, thresholds, guesses.why)
