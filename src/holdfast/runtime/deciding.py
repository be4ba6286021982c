"""Makes what decides of an app's calls; Cedar is loaded only for an app that has something to decide by."""

from holdfast.governance.verdict import ALLOW_ALL, DecisionPoint
from holdfast.orchestration.application.app import App


def decides_for(app: App, otherwise: DecisionPoint = ALLOW_ALL) -> DecisionPoint:
    """Return the decision point of ``app``, ``otherwise`` if it has nothing to decide by.

    Raises DefinitionError for policies that do not fit it.
    """
    if not app.governed.is_needed:
        return otherwise
    from holdfast.governance.policy.deciding import Policies

    return Policies(app.governed.declared, app.governed.sources)
