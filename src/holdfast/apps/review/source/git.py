"""What git says is in a checkout, asked so that nothing the repository holds can make git run a program.

The repository's own configuration is hostile until shown otherwise. File system monitors, hooks, pagers and transports
(also of lazy fetches into a partial clone) are switched off by options and environment, which stand above it; nothing
is written.
The user's own configuration stays in force, for it says which folders are safe and which files are ignored.
"""

import os
import subprocess
import tempfile

import msgspec

from holdfast.apps.review.source.names import shown

GIT_SECONDS_MAX = 60
GIT_OUTPUT_BYTES_MAX = 64_000_000
ERROR_CHARS_MAX = 300

_DEFENCES = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.gitProxy=",
    "credential.helper=",
    "submodule.recurse=false",
    "protocol.allow=never",
)
_KEPT_VARIABLES = ("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR")
_SET_VARIABLES = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}


class NoAnswer(msgspec.Struct, frozen=True):
    """Git gave no answer, and the reason to show; ``is_plain_folder`` means that there is simply no checkout."""

    reason: str
    is_plain_folder: bool = False


def list_checkout(root: str) -> tuple[str, ...] | NoAnswer:
    """Return the paths git tracks or does not ignore below the root, in order; a nested checkout ends in ``/``."""
    top = ask_git(root, "rev-parse", "--show-toplevel")
    if isinstance(top, NoAnswer):
        return top
    top_path = os.path.realpath(os.fsdecode(top.removesuffix(b"\n")))
    if os.path.commonpath((top_path, root)) != top_path:
        return NoAnswer("its configuration names a working tree elsewhere")
    answer = ask_git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if isinstance(answer, NoAnswer):
        return answer
    return tuple(sorted({shown(name) for name in answer.split(b"\0") if name}))


def ask_git(root: str, *arguments: str) -> bytes | NoAnswer:
    """Run one reading git command in the root with every defence on, and return what it printed."""
    options = [word for defence in _DEFENCES for word in ("-c", defence)]
    command = ["git", "--no-pager", *options, "-C", root, *arguments]
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | _SET_VARIABLES
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            status = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                env=environment,
                timeout=GIT_SECONDS_MAX,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            return NoAnswer(f"it took longer than {GIT_SECONDS_MAX} s")
        except OSError as error:
            return NoAnswer(f"git cannot be run ({error.strerror})")
        errors.seek(0)
        output.seek(0)
        if status != 0:
            return _no_answer(errors.read(ERROR_CHARS_MAX).decode("utf-8", "replace"))
        answer = output.read(GIT_OUTPUT_BYTES_MAX + 1)
    if len(answer) > GIT_OUTPUT_BYTES_MAX:
        return NoAnswer(f"its answer is larger than {GIT_OUTPUT_BYTES_MAX:,} bytes")
    return answer


def _no_answer(error: str) -> NoAnswer:
    if "not a git repository" in error:
        return NoAnswer("not a git checkout", is_plain_folder=True)
    if "must be run in a work tree" in error:
        return NoAnswer("a bare repository has no working tree: clone it and review the clone")
    if "dubious ownership" in error:
        return NoAnswer("the folder belongs to another user: add it to safe.directory to let git list it")
    return NoAnswer(" ".join(error.split()) or "git failed without a word")
