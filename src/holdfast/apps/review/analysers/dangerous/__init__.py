"""Injection and dangerous calls: what runs, reads or renders text that somebody else may have written."""

import ast

from holdfast.apps.review.analysers.bandit_checks import BanditChecks
from holdfast.apps.review.analysers.dangerous.commands import check_command
from holdfast.apps.review.analysers.dangerous.deserialisation import check_deserialisation
from holdfast.apps.review.analysers.dangerous.documents import check_document
from holdfast.apps.review.analysers.dangerous.evaluation import check_evaluation
from holdfast.apps.review.analysers.dangerous.paths import check_path
from holdfast.apps.review.analysers.dangerous.requests import check_request
from holdfast.apps.review.analysers.dangerous.scripts import SCRIPT_PATTERNS
from holdfast.apps.review.analysers.dangerous.sql import check_sql
from holdfast.apps.review.analysers.dangerous.templates import check_template
from holdfast.apps.review.analysers.python.flow import Checks
from holdfast.apps.review.analysers.python.inspector import CodeInspector

_CHECKS: Checks = {
    ast.Call: (
        check_sql,
        check_command,
        check_evaluation,
        check_deserialisation,
        check_document,
        check_path,
        check_template,
        check_request,
    )
}


def dangerous() -> CodeInspector:
    """Return the inspector of injection and dangerous calls."""
    return CodeInspector(_CHECKS, BanditChecks("dangerous"), SCRIPT_PATTERNS)
