"""Makes what decides of an app's calls; Cedar is loaded only for an app that has something to decide by."""

from holdfast.governance.verdict import ALLOW_ALL, DecisionPoint
from holdfast.orchestration.app import App


def decides_for(app: App) -> DecisionPoint:
    """Return the decision point of ``app``. Raises DefinitionError for policies that do not fit it."""
    if not app.governed.is_needed:
        return ALLOW_ALL
    from holdfast.governance.policy.deciding import Policies

    return Policies(app.governed.declared, app.governed.sources)
