"""The edge to whoever listens for alerts: a listener that breaks is logged, and never stops a run."""

import logging
from collections.abc import Callable

from holdfast.governance.purse import AllowanceLow
from holdfast.journal.alerts import Alert

Listener = Callable[[Alert | AllowanceLow], None]
"""Told of a run's budget that runs low or was exceeded, of what people are asked, and once a period of an allowance
that is nearly spent."""

_log = logging.getLogger("holdfast")


def failing_open(listener: Listener | None) -> Listener:
    """Return what calls ``listener`` and outlives whatever it raises; where nobody listens, what is not journalled is
    logged."""
    if listener is None:
        return _log_allowance

    def tell(alert: Alert | AllowanceLow) -> None:
        try:
            listener(alert)
        except Exception as error:
            _log.exception("the listener for alerts failed at %s: %s", alert, error)

    return tell


def _log_allowance(alert: Alert | AllowanceLow) -> None:
    if isinstance(alert, AllowanceLow):
        _log.warning("%s is spent to %d %%: %s", alert.owner, alert.spent_share * 100, alert.told)
