"""What Slack answers: always 200, and ``ok`` says whether it was done. Pure."""

from collections.abc import Mapping

import msgspec

from holdfast.integration.http.port import Answer
from holdfast.integration.http.verdict import NOT_FOR_YOU, check_done, read_json, retry_after_seconds
from holdfast.integration.tools.failures import OutcomeUnknown, ToolFailure

_PERHAPS_DONE = frozenset({"fatal_error", "internal_error", "service_unavailable"})
"""What Slack says when a part may have been done before it went wrong."""
_LATER = frozenset({"ratelimited", "rate_limited", "request_timeout"})
_NOT_ALLOWED = frozenset(
    {"not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired", "no_permission"}
    | {"missing_scope", "ekm_access_denied", "access_denied", "restricted_action", "not_allowed_token_type"}
)


def opened(server: str, answer: Answer, *, looks: bool) -> dict[str, object]:
    """Return what was answered. Raises ToolFailure where nothing was done, OutcomeUnknown where nobody can tell."""
    check_done(server, answer, looks=looks)
    body = read_json(server, answer, looks=looks)
    if not isinstance(body, dict) or not isinstance(body.get("ok"), bool):
        message = f"{server} answered with something other than an envelope"
        raise ToolFailure(message) if looks else OutcomeUnknown(message)
    if body["ok"]:
        return body
    error = str(body.get("error", "no reason"))
    said = f"{server} said {error}{_details(body)}"
    if error in _PERHAPS_DONE:
        raise ToolFailure(said, retryable=True) if looks else OutcomeUnknown(said)
    if error in _LATER:
        raise ToolFailure(said, retryable=True, retry_after_seconds=retry_after_seconds(answer.headers))
    raise ToolFailure(said, hint=NOT_FOR_YOU if error in _NOT_ALLOWED else "")


def next_cursor(body: Mapping[str, object]) -> str:
    """Return what asks for the page after this one; empty after the last."""
    told = body.get("response_metadata")
    return str(told.get("next_cursor") or "") if isinstance(told, dict) else ""


def rows(body: Mapping[str, object], name: str) -> list[dict[str, object]]:
    """Return the list called ``name``, of which only objects count."""
    listed = body.get(name)
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _details(body: Mapping[str, object]) -> str:
    told = {name: body[name] for name in ("needed", "provided") if name in body}
    return f" ({msgspec.json.encode(told).decode()})" if told else ""
