"""Authentication and permissions: who is let in, and whether that is really checked."""

import ast

from holdfast.apps.review.analysers.authentication.comparisons import check_comparison
from holdfast.apps.review.analysers.authentication.passwords import check_password_hash
from holdfast.apps.review.analysers.authentication.randomness import check_random_assignment, check_random_return
from holdfast.apps.review.analysers.authentication.routes import check_routes
from holdfast.apps.review.analysers.authentication.scripts import SCRIPT_PATTERNS
from holdfast.apps.review.analysers.authentication.settings import check_setting, check_setting_call
from holdfast.apps.review.analysers.authentication.tokens import check_token
from holdfast.apps.review.analysers.authentication.verification import check_verification, check_verification_switch
from holdfast.apps.review.analysers.bandit_checks import BanditChecks
from holdfast.apps.review.analysers.python.flow import Checks
from holdfast.apps.review.analysers.python.inspector import CodeInspector

_CHECKS: Checks = {
    ast.Call: (check_token, check_verification, check_password_hash, check_setting_call),
    ast.Compare: (check_comparison,),
    ast.Assign: (check_setting, check_verification_switch, check_random_assignment),
    ast.AnnAssign: (check_setting, check_random_assignment),
    ast.Return: (check_random_return,),
    ast.Module: (check_routes,),
}


def authentication() -> CodeInspector:
    """Return the inspector of authentication and permissions."""
    return CodeInspector(_CHECKS, BanditChecks("authentication"), SCRIPT_PATTERNS)
