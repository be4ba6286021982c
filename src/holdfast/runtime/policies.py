"""An app's policies to look at: what they are, and what each use of a tool comes to under them."""

from collections.abc import Sequence

from holdfast.governance.policy.deciding import Policies
from holdfast.governance.policy.policy import Policy
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.tool_map import Use, uses_of


def policies_of(app: App) -> tuple[Policy, ...]:
    """Return the policies of ``app``, its own and those its declarations come to. Raises DefinitionError."""
    return _read(app).policies if app.governed.is_needed else ()


def uses_for(app: App) -> tuple[Use, ...]:
    """Return who may use which tool of ``app``, and under which policies. Raises DefinitionError."""
    if not app.governed.is_needed:
        return uses_of(app, None)
    policies = _read(app)

    def bearing_on(tool: str, agent: str | None) -> Sequence[Policy]:
        found = policies.bearing_on(tool, agent)
        return () if found is None else tuple(found.policies.values())

    return uses_of(app, bearing_on)


def _read(app: App) -> Policies:
    return Policies(app.governed.declared, app.governed.sources)
