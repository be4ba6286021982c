"""Data handling: what becomes of people's data and secrets in logs, hashes, files and on the wire."""

import ast

from holdfast.apps.review.analysers.bandit_checks import BanditChecks
from holdfast.apps.review.analysers.data_handling.files import check_temporary_file
from holdfast.apps.review.analysers.data_handling.hashes import check_hash
from holdfast.apps.review.analysers.data_handling.leaks import check_log, check_raise
from holdfast.apps.review.analysers.data_handling.scripts import SCRIPT_PATTERNS
from holdfast.apps.review.analysers.data_handling.transport import check_address, check_address_setting
from holdfast.apps.review.analysers.python.flow import Checks
from holdfast.apps.review.analysers.python.inspector import CodeInspector

_CHECKS: Checks = {
    ast.Call: (check_log, check_hash, check_temporary_file, check_address),
    ast.Raise: (check_raise,),
    ast.Assign: (check_address_setting,),
    ast.AnnAssign: (check_address_setting,),
}


def data_handling() -> CodeInspector:
    """Return the inspector of data handling."""
    return CodeInspector(_CHECKS, BanditChecks("data_handling"), SCRIPT_PATTERNS)
