"""Cases for an app's policies: what is asked, what is expected, and what was decided."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from holdfast.governance.verdict import CallRequest, DecisionPoint, Verdict, policies_of
from holdfast.integration.tools.circumstances import confidence_in
from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.schema import Unfit
from holdfast.integration.tools.stages.arguments import explain
from holdfast.kernel.errors import InputError
from holdfast.kernel.provenance import Trust
from holdfast.orchestration.application.app import App

CASES_MAX = 10_000
CASES_FILE = "cases.toml"


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question to the policies, and the expected answer."""

    tool: str
    expect: str
    """``allow``, ``deny`` or ``ask``."""
    name: str = ""
    agent: str | None = None
    """Who calls; None for a node of the flow."""
    node: str = ""
    arguments: dict[str, object] = {}
    user: str | None = None
    tenant: str = "default"
    trust: str = "untrusted"
    spent_usd: float = 0.0
    turns: int = 0
    tool_calls: int = 0
    policy: str | None = None
    """The id of a policy that has to be among those behind the verdict."""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A case, and what was decided."""

    name: str
    expected: str
    found: str
    policies: tuple[str, ...]
    missing: str | None
    """The policy that was expected behind it and is not."""
    reason: str

    @property
    def holds(self) -> bool:
        """Whether it is as expected."""
        return self.found == self.expected and self.missing is None


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    case: list[Case] = []


def read_cases(path: Path) -> tuple[Case, ...]:
    """Return the cases of a TOML file (``[[case]]``) or a JSON list. Raises InputError."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            cases = msgspec.json.decode(text, type=list[Case])
        else:
            cases = msgspec.convert(tomllib.loads(text), _Table).case
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.MsgspecError) as error:
        raise InputError(f"{path}: expected cases for policies in TOML ([[case]]) or JSON: {error}") from error
    if not 0 < len(cases) <= CASES_MAX:
        raise InputError(f"{path}: expected from 1 to {CASES_MAX:,} cases, found {len(cases)}")
    return tuple(cases)


def cases_file(app: App) -> Path:
    """Return where the cases of ``app`` lie if nobody says. Raises InputError if it has no policy files."""
    folder = next((source.folder for source in app.governed.files if source.folder), None)
    if folder is None:
        raise InputError(f"app {app.name!r} has no policy files to lie beside: name the file of cases")
    return Path(folder) / CASES_FILE


def check_cases(app: App, decides: DecisionPoint, cases: tuple[Case, ...]) -> tuple[Checked, ...]:
    """Return what is decided of each case. Raises InputError for one that the app cannot have."""
    tools = app.governed.tools_by_name
    return tuple(_checked(app, decides, tools, case, number) for number, case in enumerate(cases, start=1))


def _checked(app: App, decides: DecisionPoint, tools: Mapping[str, Tool], case: Case, number: int) -> Checked:
    name = case.name or f"case {number}"
    verdict = decides.decide(_request(app, tools, case, name))
    policies = policies_of(verdict)
    return Checked(
        name=name,
        expected=case.expect,
        found=word(verdict),
        policies=policies,
        missing=None if case.policy is None or case.policy in policies else case.policy,
        reason=getattr(verdict, "reason", ""),
    )


def word(verdict: Verdict) -> str:
    """Return ``allow``, ``deny`` or ``ask``."""
    return type(verdict).__name__.lower()


def _request(app: App, tools: Mapping[str, Tool], case: Case, name: str) -> CallRequest:
    tool, agent = tools.get(case.tool), app.agents_by_name.get(case.agent or "")
    if tool is None:
        raise InputError(f"{name}: expected a tool of app {app.name!r}, found {case.tool!r}")
    if case.agent is not None and agent is None:
        raise InputError(f"{name}: expected an agent of app {app.name!r}, found {case.agent!r}")
    if case.expect not in ("allow", "deny", "ask"):
        raise InputError(f"{name}: expected 'expect' to be allow, deny or ask, found {case.expect!r}")
    try:
        trust = Trust[case.trust.upper()]
    except KeyError:
        names = ", ".join(each.name.lower() for each in Trust)
        raise InputError(f"{name}: expected 'trust' to be one of {names}, found {case.trust!r}") from None
    arguments = _arguments(tool, case, name)
    return CallRequest(
        tool=tool.name,
        arguments=arguments,
        effect=tool.effect,
        reversibility=tool.reversibility,
        app=app.name,
        node=case.node or app.name,
        agent=case.agent,
        user=case.user,
        tenant=case.tenant,
        permission=tool.permission,
        trust=trust,
        autonomy=(agent.autonomy or "") if agent else "",
        confidence=confidence_in(arguments),
        spent_usd=case.spent_usd,
        turns=case.turns,
        tool_calls=case.tool_calls,
    )


def _arguments(tool: Tool, case: Case, name: str) -> dict[str, object]:
    """Return the arguments as the tool would get them, defaults filled in."""
    values = tool.shape.read_arguments(msgspec.json.encode(case.arguments))
    if isinstance(values, Unfit):
        raise InputError(f"{name}: the arguments do not fit {tool.name}: {explain(values.problems, tool)}")
    plain = tool.shape.plain(values)
    if plain is None:
        raise InputError(f"{name}: the arguments of {tool.name} cannot be written as JSON")
    return plain
