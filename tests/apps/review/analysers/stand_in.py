"""A worker that keeps to the protocol and misbehaves at files of telling names: the pool must live with all of it."""

import os
import subprocess
import sys
from pathlib import Path

from holdfast.apps.review.analysers.protocol import Analyse, Message, Read, Ready, Search, decode_job, encode
from holdfast.apps.review.analysers.reports import ClosingReport, FileReport

LAUNCH = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[4])!r}); from {__name__} import main; main()"
"""What a pool is told to run in place of its own worker."""


def send(message: Message) -> None:
    sys.stdout.buffer.write(encode(message))
    sys.stdout.buffer.flush()


def main() -> None:
    """Serve jobs; ``die`` ends the process, ``hang`` waits for ever with a child, ``babble`` says what is no answer."""
    send(Ready())
    for line in sys.stdin.buffer:
        match decode_job(line):
            case Analyse(files=files):
                for file in files:
                    behave(file.path)
                    send(FileReport(file.path, is_covered=True))
                send(ClosingReport((), {"stand-in": str(os.getpid())}))
            case Search(query=query):
                behave(query.pattern)
            case Read(file=file):
                behave(file.path)


def behave(name: str) -> None:
    if "die" in name:
        os._exit(1)
    if "babble" in name:
        sys.stdout.buffer.write(b"nonsense\n")
        sys.stdout.buffer.flush()
    if "hang" in name:
        alive = os.open(os.environ["STAND_IN_ALIVE"], os.O_WRONLY)
        os.set_inheritable(alive, True)
        subprocess.run(["sleep", "1000"], close_fds=False, check=False)
