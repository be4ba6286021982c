"""The edge to whoever listens for alerts: a listener that breaks is logged, and never stops a run."""

import logging

from holdfast.journal.alerts import Alert, OnAlert, tell_nobody

_log = logging.getLogger("holdfast")


def failing_open(listener: OnAlert | None) -> OnAlert:
    """Return what calls ``listener`` and outlives whatever it raises."""
    if listener is None:
        return tell_nobody

    def tell(alert: Alert) -> None:
        try:
            listener(alert)
        except Exception as error:
            _log.exception("%s: the listener for alerts failed: %s", alert.run, error)

    return tell
