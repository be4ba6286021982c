"""Known vulnerabilities of pinned Python packages, asked of pip-audit; what it does not answer for is not audited.

Nothing of the reviewed repository reaches pip-audit but names and versions, checked and written to a file of our own;
it resolves nothing (``--no-deps``) and never starts pip (``--disable-pip``), so no package is fetched, built or
installed.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.version import InvalidVersion, Version

AUDIT_SECONDS_MAX = 60
BATCH_PINS_MAX = 40
PINS_MAX = 1_000
SOCKET_SECONDS_MAX = 5

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_KEPT_VARIABLES = (
    "PATH",
    "HOME",
    "LANG",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "https_proxy",
    "http_proxy",
    "no_proxy",
)

Pin = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """A known vulnerability of a pinned package."""

    pin: Pin
    identity: str
    aliases: tuple[str, ...]
    fixed_in: tuple[str, ...]
    description: str


@dataclass(slots=True)
class Audit:
    """What the database answered: which pins it knows, what is wrong with them, and why the others were not audited."""

    audited: set[Pin] = field(default_factory=set)
    vulnerabilities: list[Vulnerability] = field(default_factory=list)
    not_audited: dict[Pin, str] = field(default_factory=dict)


def audit(
    pins: Iterable[Pin], environment: Mapping[str, str] = os.environ, seconds_max: float = AUDIT_SECONDS_MAX
) -> Audit:
    """Ask for all pins within a time; every pin is afterwards either audited or not audited with a reason."""
    result = Audit()
    askable: list[Pin] = []
    for pin in sorted(set(pins)):
        if not _is_askable(pin):
            result.not_audited[pin] = "its name or version is not one a package index can have"
        elif len(askable) >= PINS_MAX:
            result.not_audited[pin] = f"over the limit of {PINS_MAX:,} packages"
        else:
            askable.append(pin)
    deadline = time.monotonic() + seconds_max
    failure = ""
    for batch in _batches(askable):
        if not failure:
            failure = _ask(batch, environment, deadline - time.monotonic(), result)
        if failure:
            result.not_audited.update(dict.fromkeys(batch, failure))
    return result


def _batches(pins: Sequence[Pin]) -> list[list[Pin]]:
    """Cut the pins into batches in which no name comes twice, for pip-audit refuses that."""
    batches: list[list[Pin]] = []
    names: list[set[str]] = []
    for pin in pins:
        index = next(
            (at for at, batch in enumerate(batches) if len(batch) < BATCH_PINS_MAX and pin[0] not in names[at]), None
        )
        if index is None:
            batches.append([])
            names.append(set())
            index = len(batches) - 1
        batches[index].append(pin)
        names[index].add(pin[0])
    return batches


def _ask(batch: Sequence[Pin], environment: Mapping[str, str], seconds_left: float, result: Audit) -> str:
    """Note the answer for a batch; return why there is none, '' if there is one."""
    if seconds_left <= 0:
        return "no time was left to ask"
    answer = _run(batch, environment, seconds_left)
    if isinstance(answer, str):
        return answer
    by_name = dict(batch)
    for package in answer:
        name = str(package.get("name"))
        pin = (name, by_name.get(name, ""))
        if pin not in batch:
            continue
        if "skip_reason" in package:
            reason = str(package["skip_reason"]).removesuffix(f": {pin[0]} ({pin[1]})")  # the name stands beside it
            result.not_audited[pin] = reason[:200]
        else:
            result.audited.add(pin)
            result.vulnerabilities += _vulnerabilities(pin, package)
    for pin in batch:
        if pin not in result.audited:
            result.not_audited.setdefault(pin, "pip-audit gave no answer for it")
    return ""


def _run(batch: Sequence[Pin], environment: Mapping[str, str], seconds_max: float) -> list[Mapping[str, object]] | str:
    """Return what pip-audit says of each package, or why it says nothing."""
    with tempfile.TemporaryDirectory(prefix="holdfast-audit-") as folder:
        pins = Path(folder, "pins.txt")
        pins.write_text("".join(f"{name}=={version}\n" for name, version in batch), encoding="utf-8")
        command = [sys.executable, "-P", "-m", "pip_audit", "--requirement", str(pins), "--no-deps", "--disable-pip"]
        command += ["--format", "json", "--progress-spinner", "off", "--timeout", str(SOCKET_SECONDS_MAX)]
        command += ["--cache-dir", str(Path(folder, "cache"))]
        kept = {name: environment[name] for name in _KEPT_VARIABLES if name in environment}
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=kept,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=seconds_max,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"pip-audit did not answer within {seconds_max:.0f} s"
        except OSError as error:
            return f"pip-audit cannot be run: {error.strerror}"
    try:
        packages = json.loads(done.stdout).get("dependencies", [])
    except (ValueError, AttributeError):
        return f"the vulnerability database could not be asked: {_last_line(done.stderr)}"
    return [package for package in packages if isinstance(package, Mapping)]


def _vulnerabilities(pin: Pin, package: Mapping[str, object]) -> Iterator[Vulnerability]:
    found = package.get("vulns")
    for each in found if isinstance(found, list) else []:
        yield Vulnerability(
            pin,
            str(each.get("id", "")),
            tuple(map(str, each.get("aliases", ()))),
            tuple(map(str, each.get("fix_versions", ()))),
            str(each.get("description", ""))[:300],
        )


def _is_askable(pin: Pin) -> bool:
    name, version = pin
    try:
        Version(version)
    except InvalidVersion:
        return False
    return _NAME.fullmatch(name) is not None


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else "no message"
