"""Commands a shell takes apart."""

import ast
import re
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import Grades, graded
from holdfast.apps.review.analysers.python.module import argument, is_constant, keyword
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.python.values import Origin
from holdfast.apps.review.analysers.subject import Rule, Sighting

SHELL_COMMAND = Rule(
    "shell-command",
    "Shell command with a variable part",
    "high",
    "A shell takes apart what it is given, so a value can add commands: pass a list of arguments without a shell.",
    78,
)
_GRADES: Grades = {
    Origin.EXTERNAL: ("critical", 0.95),
    Origin.PARAMETER: ("high", 0.6),
    Origin.UNKNOWN: ("medium", 0.45),
}
_ALWAYS_SHELL = frozenset(
    (
        "os.system",
        "os.popen",
        "subprocess.getoutput",
        "subprocess.getstatusoutput",
        "commands.getoutput",
        "asyncio.create_subprocess_shell",
        "pexpect.run",
    )
)
_REMOTE = re.compile(r"(?:ssh|client|conn\w*)(?:\(\))?\.exec_command$", re.IGNORECASE)


def check_command(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a command that is no constant handed to a shell."""
    if not isinstance(node, ast.Call):
        return
    name = scope.module.call_name(node)
    shell = keyword(node, "shell")
    uses_shell = name in _ALWAYS_SHELL or bool(_REMOTE.search(name)) or is_constant(shell, value=True)
    if not uses_shell:
        return
    command = argument(node, 0, "args") or argument(node, 0, "command") or argument(node, 0, "cmd")
    if command is not None:
        yield from graded(SHELL_COMMAND, node, scope.value(command).origin, _GRADES)
