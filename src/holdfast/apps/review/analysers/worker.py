"""The worker process: takes jobs from its standard input, answers on its output, and bounds its own memory and time.

It is a process of its own because what it runs is not ours: a tool that crashes, loops or swells takes only this
process with it. A job that takes too long for one file is ended by the kernel (SIGALRM), also inside a regular
expression.
"""

import os
import resource
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from holdfast.apps.review.analysers.credentials.masking import masked
from holdfast.apps.review.analysers.engine import analyse
from holdfast.apps.review.analysers.protocol import (
    Analyse,
    Found,
    Job,
    Message,
    Read,
    Ready,
    Refused,
    Search,
    Shown,
    decode_job,
    encode,
)
from holdfast.apps.review.source.reading import LinesPage, page_of, read_text
from holdfast.apps.review.source.refusals import Refusal
from holdfast.apps.review.source.search import search
from holdfast.kernel.errors import InputError

ADDRESS_SPACE_BYTES_MAX = 380_000_000  # two of these and what drives them stay below a gigabyte
STEP_SECONDS_MAX = 120  # for one file, a search, or what follows the last file; the pool is stricter about files


def main() -> None:
    """Serve jobs until the input ends."""
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES_MAX, resource.RLIM_INFINITY))
    answers = _own_output()
    _send(answers, Ready())
    for line in sys.stdin.buffer:
        for message in perform(decode_job(line)):
            _send(answers, message)


def perform(job: Job) -> Iterator[Message]:
    """Do a job, yielding what there is to say as it goes on."""
    match job:
        case Analyse(analyser=analyser, root=root, files=files):
            steps = analyse(analyser, root, files)
            while (report := _next(steps)) is not None:
                yield report
        case Search(query=query, root=root, files=files):
            yield _answered(lambda: Found(search(root, files, query, lambda file, line: masked(file, [line])[0])))
        case Read():
            yield _answered(lambda: Shown(_read(job)))


def _read(job: Read) -> LinesPage:
    text = read_text(job.root, job.file.path)
    if isinstance(text, Refusal):
        raise InputError(
            f"expected '{job.file.path}' to be readable as when it was listed, found: {text}: go on without it"
        )
    return page_of(job.file.path, text, job.first, job.last, lambda lines: masked(job.file, lines))


def _answered(act: Callable[[], Message]) -> Message:
    """Return what comes of a job with one answer; what cannot be done as it was asked for is one."""
    try:
        with _alarm():
            return act()
    except InputError as error:
        return Refused(str(error))


def _next(steps: Iterator[Message]) -> Message | None:
    with _alarm():
        return next(steps, None)


@contextmanager
def _alarm() -> Iterator[None]:
    signal.alarm(STEP_SECONDS_MAX)
    try:
        yield
    finally:
        signal.alarm(0)


def _own_output() -> BinaryIO:
    """Keep the real output for answers, and let whatever tools print go nowhere."""
    kept = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return kept


def _send(answers: BinaryIO, message: Message) -> None:
    answers.write(encode(message))
    answers.flush()


if __name__ == "__main__":
    main()
