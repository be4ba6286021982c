"""In which forms a secret value may stand in text: as it is, and in every encoding that is likely to meet it."""

import base64
import json
from urllib.parse import quote, quote_plus

VALUE_CHARACTERS_MIN = 8
"""A shorter value would be found in what has nothing to do with it: it cannot be kept out of text."""


def forms(value: str) -> tuple[str, ...]:
    """Return every form of ``value``, each once, the longest first: raw, JSON, Python, URL, hexadecimal, base64."""
    body = value.encode("utf-8", "surrogatepass")
    found = [
        value,
        " ".join(value.split()),
        json.dumps(value)[1:-1],
        json.dumps(json.dumps(value)[1:-1])[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        repr(body)[2:-1],
        quote(body, safe=""),
        quote(body),
        quote_plus(body),
        quote(body, safe="").replace("%", "%25"),
        body.hex(),
        body.hex().upper(),
        *_base64(body),
    ]
    found += [form.replace("+", "-").replace("/", "_") for form in _base64(body)]
    found += [each.replace("/", "\\/") for each in (json.dumps(value)[1:-1], *_base64(body))]
    found += [form.lower() for form in (quote(body, safe=""), quote(body)) if "%" in form]
    return tuple(sorted({form for form in found if len(form) >= VALUE_CHARACTERS_MIN}, key=lambda form: -len(form)))


def _base64(body: bytes) -> list[str]:
    """Return what is always in the base64 of a text with ``body`` in it, at each of the three places it can have."""
    found = []
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + body).decode()
        start = (offset * 8 + 5) // 6
        sure = (offset + len(body)) * 8 // 6
        found.append(encoded[start:sure])
    return found
