"""Secrets that are known by their shape alone: keys of well-known makers, private keys, tokens, passwords in addresses.

Only shapes that hardly anything else has: what is taken for a secret by mistake is lost to the model. Each is looked
for only where a mark of it stands in the text, most only in what has no break for as long as a secret has none. So
text without any costs a few searches for short strings, and an id in it hardly more: 5 µs for a kilobyte of prose with
an idempotency key, 30 when every shape was looked for in all of it.
"""

import re
import string
from collections.abc import Iterator, Sequence

import msgspec

_PLACEHOLDER = re.compile(r"x{6,}|\*{3,}|\.{3}|example|redact|placeholder|your[-_]|<[^>]*>|\$\{|\{\{", re.IGNORECASE)
_NOT_A_PASSWORD = re.compile(r"\[secret:|^(?:password|passwd|pass|secret|user|changeme|\*+|x+)$", re.IGNORECASE)


_ASSIGNED = r"[\"'\\]{0,3}\s{0,3}[:=]\s{0,3}[\"'\\]{0,3}(?P<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])"
"""Said to be the value of what stands before."""


class Shape(msgspec.Struct, frozen=True):
    """One kind of secret: ``mark`` stands in every one; the secret is the group ``secret``, or else the whole match."""

    kind: str
    mark: str
    pattern: re.Pattern[str]
    is_unbroken: bool = True
    """It stands in RUN_CHARACTERS_MIN characters or more without a break."""


class Sighted(msgspec.Struct, frozen=True, order=True):
    """Where a secret stands, and of what kind it is."""

    start: int
    end: int
    kind: str


def _shape(kind: str, mark: str, pattern: str, *, is_unbroken: bool = True) -> Shape:
    return Shape(kind, mark, re.compile(rf"(?<![A-Za-z0-9]){pattern}", re.ASCII), is_unbroken)


SHAPES = (
    Shape(
        "private-key",
        "PRIVATE KEY",
        re.compile(
            r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----[\s\S]{40,20000}?"
            r"-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        ),
        is_unbroken=False,
    ),
    _shape("aws-key", "AKIA", r"AKIA[A-Z2-7]{16}(?![A-Za-z0-9])"),
    _shape("aws-key", "ASIA", r"ASIA[A-Z2-7]{16}(?![A-Za-z0-9])"),
    _shape("aws-secret", "ecret", rf"(?:aws_)?secret_(?:access_)?key{_ASSIGNED}", is_unbroken=False),
    _shape("aws-secret", "ECRET", rf"(?:AWS_)?SECRET_(?:ACCESS_)?KEY{_ASSIGNED}", is_unbroken=False),
    _shape("aws-secret", "SecretAccessKey", rf"SecretAccessKey{_ASSIGNED}", is_unbroken=False),
    _shape("github-token", "gh", r"gh[pousr]_[A-Za-z0-9]{36,255}"),
    _shape("github-token", "github_pat_", r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    _shape("gitlab-token", "glpat-", r"glpat-[A-Za-z0-9_-]{20,64}"),
    _shape("slack-token", "xox", r"xox[abposr]-(?:[A-Za-z0-9]{1,20}-){1,4}[A-Za-z0-9]{8,64}", is_unbroken=False),
    _shape(
        "slack-hook",
        "hooks.slack.com",
        r"https://hooks\.slack\.com/services/(?P<secret>T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{20,32})",
        is_unbroken=False,
    ),
    _shape("stripe-key", "k_live_", r"[sr]k_live_[A-Za-z0-9]{16,255}"),
    _shape("stripe-key", "k_test_", r"[sr]k_test_[A-Za-z0-9]{16,255}"),
    _shape("stripe-hook", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,128}"),
    _shape("anthropic-key", "sk-ant-", r"sk-ant-[a-z0-9]{3,12}-[A-Za-z0-9_-]{40,200}"),
    _shape("openai-key", "T3BlbkFJ", r"sk-(?:[a-z]{1,10}-)?[A-Za-z0-9_-]{16,100}T3BlbkFJ[A-Za-z0-9_-]{16,100}"),
    _shape("google-key", "AIza", r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    _shape("google-token", "ya29.", r"ya29\.[A-Za-z0-9_-]{40,512}"),
    _shape("npm-token", "npm_", r"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    _shape("pypi-token", "pypi-AgE", r"pypi-AgE[A-Za-z0-9_-]{60,512}"),
    _shape("sendgrid-key", "SG.", r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"),
    _shape("huggingface-token", "hf_", r"hf_[A-Za-z]{34}(?![A-Za-z0-9])"),
    _shape("digitalocean-token", "do", r"do[opr]_v1_[a-f0-9]{64}(?![A-Za-z0-9])"),
    _shape("azure-key", "AccountKey=", r"AccountKey=(?P<secret>[A-Za-z0-9+/]{86}==)"),
    _shape("jwt", "eyJ", r"eyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,20000}\.[A-Za-z0-9_-]{20,2000}"),
    _shape(
        "password",
        "://",
        r"[a-z][a-z0-9+.-]{1,30}://[^\s:/@\"'<>\\]{0,100}:(?P<secret>[^\s:/@\"'<>\\]{3,200})@[A-Za-z0-9\[]",
        is_unbroken=False,
    ),
)
"""In order: where two claim the same text, the first has it."""

RUN_CHARACTERS_MIN = 20
"""So many characters without a break are in every secret but a password."""
_UNBROKEN = frozenset(string.ascii_letters.encode() + string.digits.encode() + b"_-+/=.")
WITHOUT_BREAKS = bytes(ord("w") if code in _UNBROKEN else ord(" ") for code in range(256))
LONG = b"w" * RUN_CHARACTERS_MIN


def sighted(text: str) -> list[Sighted]:
    """Return where secrets stand in ``text``, in order; no two overlap."""
    runs = _runs(text)
    if not runs and "://" not in text:
        return []  # neither an address, nor anything without a break as long as the shortest secret
    unbroken = " ".join([text[start:end] for start, end in runs])
    taken: list[Sighted] = []
    for shape in SHAPES:
        if shape.mark not in (unbroken if shape.is_unbroken else text):
            continue
        for found in _all(shape, text, runs if shape.is_unbroken else [(0, len(text))]):
            if not any(found.start < other.end and other.start < found.end for other in taken):
                taken.append(found)
    return sorted(taken)


def _runs(text: str) -> list[tuple[int, int]]:
    """Return from where to where there is no break for RUN_CHARACTERS_MIN characters and more."""
    kinds = text.encode("ascii", "replace").translate(WITHOUT_BREAKS)  # a byte a character: places stay
    runs, start = [], kinds.find(LONG)
    while start >= 0:
        end = kinds.find(b" ", start)
        end = len(kinds) if end < 0 else end
        runs.append((start, end))
        start = kinds.find(LONG, end)
    return runs


def _all(shape: Shape, text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Sighted]:
    for start, end in spans:
        for match in shape.pattern.finditer(text, start, end):
            group = "secret" if "secret" in shape.pattern.groupindex else 0
            if _is_secret(shape.kind, match.group(group)):
                yield Sighted(match.start(group), match.end(group), shape.kind)


def _is_secret(kind: str, value: str) -> bool:
    if kind == "private-key":
        return True
    if kind == "password" and _NOT_A_PASSWORD.search(value):
        return False
    return _PLACEHOLDER.search(value) is None
