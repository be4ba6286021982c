"""Where in a line a secret stands, as detect-secrets sees it.

Its plugins are asked for values line by line; their ``verify``, which would send a secret to its provider, is never
called.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.filters import heuristic
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector
from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.keyword import REGEX_BY_FILETYPE, KeywordDetector
from detect_secrets.plugins.private_key import PrivateKeyDetector
from detect_secrets.util.filetype import FileType, determine_file_type

LINE_CHARS_MAX = 2_000
LINE_CHARS_OVERLAP = 200
REVEALED_CHARS_MAX = 4
REVEALED_SHARE = 4  # at most a quarter of a secret is shown

_NOT_ASKED = frozenset(("IPPublicDetector",))  # an address is no secret
_UNQUOTED = frozenset(("dotenv", "INI", "Dockerfile", "Shell"))
_KEYWORD_HINT = re.compile(r"key|pass|pwd|secret|contrase", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Secret:
    """A value in a line that looks like a secret; columns count characters."""

    kind: str
    start: int
    end: int
    value: str
    is_header: bool = False

    @property
    def revealed_end(self) -> int:
        """Return the column up to which the line may be shown: a few characters into the secret."""
        if self.is_header:
            return self.end
        return self.start + min(REVEALED_CHARS_MAX, len(self.value) // REVEALED_SHARE)


def secrets_in(path: str, language: str, line: str) -> tuple[Secret, ...]:
    """Return what looks like a secret in a line, in order; a very long line is taken in overlapping pieces."""
    if len(line) <= LINE_CHARS_MAX:
        return tuple(sorted(_in_piece(path, language, line), key=lambda secret: (secret.start, -secret.end)))
    found: set[Secret] = set()
    for offset in range(0, len(line), LINE_CHARS_MAX - LINE_CHARS_OVERLAP):
        for secret in _in_piece(path, language, line[offset : offset + LINE_CHARS_MAX]):
            found.add(Secret(secret.kind, secret.start + offset, secret.end + offset, secret.value, secret.is_header))
    return tuple(sorted(found, key=lambda secret: (secret.start, -secret.end, secret.kind)))


def _in_piece(path: str, language: str, line: str) -> Iterator[Secret]:
    for plugin in _plugins():
        kind = plugin.secret_type
        for value in _values(plugin, path, language, line):
            start = (
                line.rfind(value) if isinstance(plugin, KeywordDetector) else line.find(value)
            )  # a name may equal it
            if start >= 0 and not _is_noise(value, line, plugin):
                yield Secret(kind, start, start + len(value), value, isinstance(plugin, PrivateKeyDetector))


def _values(plugin: BasePlugin, path: str, language: str, line: str) -> Iterator[str]:
    match plugin:
        case KeywordDetector():
            if _KEYWORD_HINT.search(line) and not heuristic.is_indirect_reference(line):
                file_type = FileType.CONFIG if language in _UNQUOTED else determine_file_type(path)
                yield from plugin.analyze_string(line, denylist_regex_to_group=REGEX_BY_FILETYPE.get(file_type))
        case HighEntropyStringsPlugin():
            for value in plugin.analyze_string(line):
                if plugin.calculate_shannon_entropy(value) > plugin.entropy_limit:
                    yield value
        case JwtTokenDetector():
            yield from plugin.analyze_string(line)
        case RegexBasedDetector():
            for expression in plugin.denylist:
                for match in expression.finditer(line):
                    yield _whole(match)
        case _:
            yield from plugin.analyze_string(line)


def _whole(match: re.Match[str]) -> str:
    """Return the secret of a match: its longest group, but for one at its beginning, which is part of a prefix."""
    groups = [match.group(index) for index in range(1, match.re.groups + 1) if match.start(index) > match.start()]
    return max(groups, key=len, default=match.group())


def _is_noise(value: str, line: str, plugin: BasePlugin) -> bool:
    """Whether detect-secrets' own heuristics take the value for none."""
    if isinstance(plugin, PrivateKeyDetector):
        return False
    return (
        heuristic.is_sequential_string(value)
        or heuristic.is_potential_uuid(value)
        or heuristic.is_templated_secret(value)
        or heuristic.is_prefixed_with_dollar_sign(value)
        or heuristic.is_not_alphanumeric_string(value)
        or heuristic.is_likely_id_string(value, line, plugin)
    )


@lru_cache(maxsize=1)
def _plugins() -> tuple[BasePlugin, ...]:
    classes: list[type[BasePlugin]] = list(get_mapping_from_secret_type_to_class().values())
    chosen = (plugin for plugin in classes if plugin.__name__ not in _NOT_ASKED)
    return tuple(plugin() for plugin in sorted(chosen, key=lambda plugin: plugin.__name__))
