"""Temporary files that another user of the machine can put in place first, and pickles of people's data."""

import ast
import re
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import spotted
from holdfast.apps.review.analysers.python.identifiers import is_personal_name, last_identifier
from holdfast.apps.review.analysers.python.module import text_of
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.subject import Rule, Sighting

RACED_NAME = Rule(
    "temporary-name-raced",
    "Temporary name taken before the file is made",
    "medium",
    "Another user can put a link there in between: use NamedTemporaryFile or mkstemp.",
    377,
)
SHARED_FOLDER = Rule(
    "fixed-path-in-tmp",
    "Fixed path in a folder everybody can write to",
    "low",
    "Another user can put a file or a link there first: use the tempfile module.",
    377,
)
PERSON_PICKLED = Rule(
    "personal-data-pickled",
    "Personal data kept as a pickle",
    "low",
    "It can be neither read without running it nor searched to be erased: keep it as JSON or in a database.",
    502,
)
_RACED = frozenset(("tempfile.mktemp", "os.tempnam", "os.tmpnam"))
_SHARED = re.compile(r"^/(?:tmp|var/tmp|dev/shm)/\S")
_WRITERS = frozenset(
    ("open", "io.open", "os.open", "os.mkdir", "os.makedirs", "shutil.copy", "shutil.copyfile", "shutil.move")
)
_PICKLERS = frozenset(("pickle.dump", "pickle.dumps", "dill.dump", "dill.dumps", "cloudpickle.dumps"))
_PEOPLE = frozenset(
    ("user", "users", "customer", "customers", "patient", "patients", "profile", "user_data", "session_data")
)


def check_temporary_file(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a raced temporary name, a fixed path below /tmp that is opened, or a person pickled."""
    if not isinstance(node, ast.Call):
        return
    name = scope.module.call_name(node)
    if name in _RACED:
        yield spotted(RACED_NAME, node, 0.8)
    elif name in _WRITERS and node.args and _SHARED.match(scope.value(node.args[0]).literal):
        yield spotted(SHARED_FOLDER, node, 0.5)
    elif name.endswith("Path") and node.args and _SHARED.match(text_of(node.args[0]) or ""):
        yield spotted(SHARED_FOLDER, node, 0.4)
    elif name in _PICKLERS and node.args:
        pickled = last_identifier(node.args[0])
        if pickled in _PEOPLE or is_personal_name(pickled):
            yield spotted(PERSON_PICKLED, node, 0.4)
