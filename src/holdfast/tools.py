"""What tools declare beyond their function and their effect, as applications import it."""

from holdfast.integration.tools.checks.declared import ExistsIn, on
from holdfast.integration.tools.checks.objection import Objection
from holdfast.integration.tools.checks.urls import UrlAmong
from holdfast.integration.tools.checks.values import InUnit, PathUnder, ReadOnlySql
from holdfast.integration.tools.postcondition import Complete, Missing, Partial
from holdfast.integration.tools.rate import Rate
from holdfast.integration.tools.timing import Cancelled, Deadline
from holdfast.kernel.retry import Retry

__all__ = [
    "Cancelled",
    "Complete",
    "Deadline",
    "ExistsIn",
    "InUnit",
    "Missing",
    "Objection",
    "Partial",
    "PathUnder",
    "Rate",
    "ReadOnlySql",
    "Retry",
    "UrlAmong",
    "on",
]
