"""What an agent is: a prompt, a model, tools and limits."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from holdfast.execution.answer import Output
from holdfast.governance.autonomy import Autonomy
from holdfast.governance.loop_thresholds import DEFAULT, Thresholds
from holdfast.integration.tools.contract import Tool
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest
from holdfast.kernel.limits import Budget, unusable
from holdfast.kernel.paths import check_name
from holdfast.prompts.prompt import Prompt, load

CORRECTIONS_MAX = 2
OUTPUT_TOKENS_MAX = 4096
CACHED_SECONDS = 3_600.0
DEFAULT_BUDGET = Budget(turns=25, tool_calls=100)


@dataclass(frozen=True)
class Agent:
    """A model with a task: it runs turn by turn until it answers, or until a limit ends it.

    ``prompt`` is the system prompt and ``task`` what the agent's input is rendered into; both are prompt files, and a
    relative path is relative to the file that declares the agent. Without a ``task`` the input itself is the message.
    ``output`` is the type the answer must have; without it the answer is text. Raises DefinitionError.
    """

    name: str
    prompt: Prompt | str | Path
    model: str
    tools: Sequence[Tool] = ()
    task: Prompt | str | Path | None = None
    output: object = None
    budget: Budget = DEFAULT_BUDGET
    output_tokens_max: int = OUTPUT_TOKENS_MAX
    corrections_max: int = CORRECTIONS_MAX
    """How often in a row a truncated reply or an answer that does not fit may be tried again."""
    model_attempts_max: int = 5
    """How often one turn's model call may be made in all."""
    loops: Thresholds | None = DEFAULT
    """When it counts as going in circles: it is told, and at last stopped. None: nobody looks."""
    economy_model: str | None = None
    """The model that serves it once its own budget of dollars, or its run's, runs low."""
    cached: bool = False
    """Whether a reply that the model gave to the same request within the last hour is taken in the place of a new one,
    whatever the model's temperature."""
    autonomy: Autonomy | None = None
    """What it may do without a person; None: whatever it is granted and the policies allow. Like them it is no part of
    the content hash: lowered, it binds the runs in flight as well."""
    ask_below_confidence: float | None = None
    """Somebody has to say yes to a step that changes something, where the model says that it is less sure."""
    pseudonyms: bool = False
    """Whether its model sees names such as [email-1] in the place of personal data that results hold."""
    untrusted: tuple[str, ...] = ()
    """The fields of its input that hold what others have said: each is shown behind the task, labelled as nobody's
    word, and neither the prompt nor the task can name it."""

    def __post_init__(self) -> None:
        check_name(self.name, "agent name")
        folder = Path(sys._getframe(2).f_globals.get("__file__", "")).parent  # noqa: SLF001  # the caller
        object.__setattr__(self, "prompt", _loaded(self.prompt, folder))
        if self.task is not None:
            object.__setattr__(self, "task", _loaded(self.task, folder))
        object.__setattr__(self, "tools", tuple(self.tools))
        _check(self)

    @cached_property
    def system(self) -> Prompt:
        """The loaded system prompt."""
        assert isinstance(self.prompt, Prompt)
        return self.prompt

    @cached_property
    def task_prompt(self) -> Prompt | None:
        """The loaded task prompt, if there is one."""
        assert self.task is None or isinstance(self.task, Prompt)
        return self.task

    @cached_property
    def owner(self) -> str:
        """How the owner of its budget is named."""
        return f"agent {self.name}"

    @cached_property
    def answer(self) -> Output:
        """What the answer must be."""
        return Output(self.output)

    @cached_property
    def with_resource(self) -> Mapping[str, Tool]:
        """Its tools that declare what their calls act on, by name."""
        return {tool.name: tool for tool in self.tools if tool.resource is not None}

    @cached_property
    def content_hash(self) -> str:
        """Digest of all that decides how the agent behaves, bar its tools, which have hashes of their own."""
        pieces: dict[str, object] = {
            "prompt": self.system.content_hash,
            "task": self.task_prompt.content_hash if self.task_prompt else None,
            "tools": sorted(tool.name for tool in self.tools),
            "output": self.answer.schema,
            "budget": self.budget,
            "limits": [self.output_tokens_max, self.corrections_max, self.model_attempts_max],
        }
        if self.loops != DEFAULT:  # what had no such thing keeps its hash
            pieces["loops"] = self.loops
        if self.economy_model is not None:
            pieces["economy_model"] = self.economy_model
        if self.cached:
            pieces["cached"] = True
        if self.pseudonyms:
            pieces["pseudonyms"] = True
        if self.untrusted:
            pieces["untrusted"] = self.untrusted
        return digest(msgspec.json.encode(pieces, order="deterministic"))


def _check(agent: Agent) -> None:
    """Find what is declared wrongly now, never in a run. Raises DefinitionError."""
    limits = (
        ("output_tokens_max", agent.output_tokens_max, 1),
        ("model_attempts_max", agent.model_attempts_max, 1),
        ("corrections_max", agent.corrections_max, 0),
    )
    for name, value, least in limits:
        if value < least:
            raise DefinitionError(f"agent {agent.name!r}: expected {name} of at least {least}, found {value}")
    for name in ("depth", "fan_out", "descendants"):
        if getattr(agent.budget, name) is not None:
            told = f"expected no {name} in its budget, for an agent begins no runs: limit the run's"
            raise DefinitionError(f"agent {agent.name!r}: {told}")
    if wrong := unusable(agent.budget):
        raise DefinitionError(f"agent {agent.name!r}: {wrong}")
    bounds = (agent.budget.usd, agent.budget.tokens, agent.budget.turns, agent.budget.tool_calls)
    if agent.autonomy is Autonomy.AUTONOMOUS and all(bound is None for bound in bounds):
        raise DefinitionError(f"agent {agent.name!r}: expected bounds for an autonomous agent: give it a budget")
    for given in agent.tools:
        if not isinstance(given, Tool):
            raise DefinitionError(f"agent {agent.name!r}: expected tools, found {given!r}: decorate it with @tool")
    for prompt in (agent.system, agent.task_prompt):
        if prompt is not None:
            prompt.check()
            _check_untrusted(agent, prompt)
    _ = agent.answer.schema


def _check_untrusted(agent: Agent, prompt: Prompt) -> None:
    if quoted := sorted(prompt.variables & set(agent.untrusted)):
        told = f"expected prompt {prompt.name!r} not to name what is untrusted, found {', '.join(quoted)}"
        raise DefinitionError(f"agent {agent.name!r}: {told}: it is shown by itself, behind the task")


def _loaded(prompt: Prompt | str | Path, folder: Path) -> Prompt:
    return prompt if isinstance(prompt, Prompt) else load(folder / prompt)
