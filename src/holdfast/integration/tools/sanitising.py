"""What is done to a result, and to an error, before a model, a node or the journal has it."""

from collections import Counter

import msgspec

from holdfast.governance.redaction.glance import is_harmless
from holdfast.governance.redaction.personal import labelled
from holdfast.governance.redaction.shapes import sighted
from holdfast.governance.redaction.walk import changed
from holdfast.integration.secrets.run_secrets import RunSecrets
from holdfast.integration.tools.invocation import Invocation
from holdfast.integration.tools.personal_fields import personal_values
from holdfast.journal.events.steps import Sanitised
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.outcomes import Fault
from holdfast.kernel.plain_text import Plain, plain


async def sanitise_text(invocation: Invocation) -> None:
    """Leave in what a model is shown nothing hidden, no secret, and personal data as its agent may see it."""
    secrets, tool = invocation.desk.secrets, invocation.tool
    if not (secrets.known or tool.labels_results) and is_harmless(invocation.text):
        return
    shown = plain(invocation.text, keeps_letters=tool.returned.keeps_letters)
    text, names = _without_secrets(secrets, shown.text, is_json=tool.signature.returns is not str)
    declared = _declared(invocation, text)
    personal = _counted(text, declared)
    if not (names or personal or shown.hidden or shown.disguised):
        invocation.text = text
        return
    for value, label in declared.items() if personal else ():
        secrets.masks.declare(value, label)
    invocation.sanitised = Sanitised(
        hidden=shown.hidden,
        disguised=shown.disguised,
        exact=_exact(invocation, shown, names),
        secrets=await secrets.held(names),
        personal=personal,
    )
    invocation.text = _masked(invocation, text) if invocation.order.pseudonyms else text


async def sanitise_data(invocation: Invocation) -> None:
    """Leave no secret in data for a node; all else stays exactly as it is."""
    secrets, before = invocation.desk.secrets, invocation.json.decode()
    text, names = _without_secrets(secrets, before, is_json=True)
    declared = _declared(invocation, text)
    personal = _counted(text, declared)
    if text != before:
        invocation.json = text.encode()
    if names or personal:
        for value, label in declared.items():
            secrets.masks.declare(value, label)
        invocation.sanitised = Sanitised(secrets=await secrets.held(names), personal=personal)


async def sanitise_variables(invocation: Invocation) -> None:
    """Leave no secret in the variables that a call has written."""
    if invocation.variables is None:
        return
    written, secrets = invocation.variables.written, invocation.desk.secrets
    for name, body in written.items():
        if body is not None and sighted(before := body.decode()):
            text, names = _without_secrets(secrets, before, is_json=True)
            written[name] = text.encode()
            found = invocation.sanitised or Sanitised()
            held = (*found.secrets, *await secrets.held(names))
            invocation.sanitised = msgspec.structs.replace(found, secrets=held)


def sanitise_shared(invocation: Invocation) -> None:
    """Leave no secret in what a call has written for other runs: what stands for one here means nothing there."""
    if invocation.shared is None:
        return
    written, known = invocation.shared.written, invocation.desk.secrets.known
    for name, write in written.items():
        if write.body is not None and (known.hides(write.body) or sighted(write.body.decode())):
            told = changed(msgspec.json.decode(write.body), lambda text: known.text(_hushed(text)))
            written[name] = msgspec.structs.replace(write, body=msgspec.json.encode(told, order="deterministic"))


def clean_fault(invocation: Invocation, fault: Fault) -> Fault:
    """Return an error as the model may be told it: without secrets, and with names for what it may not see."""
    secrets = invocation.desk.secrets
    if secrets.known:
        fault = secrets.known.value(fault)
    if not invocation.order.pseudonyms:
        return fault
    masks = secrets.masks
    return msgspec.structs.replace(fault, message=masks.text(fault.message), hint=masks.text(fault.hint))


def named_arguments(invocation: Invocation) -> str:
    """Return the arguments as the model may be told them."""
    text = invocation.canonical.decode()
    if not invocation.order.pseudonyms:
        return text
    return msgspec.json.encode(invocation.desk.secrets.masks.data(msgspec.json.decode(text))).decode()


def keep_names(invocation: Invocation) -> None:
    """Keep the names that were given since some were last kept, with what they stand for: whatever shows them."""
    if given := invocation.desk.secrets.new_names():
        kept = invocation.desk.recorder.payloads.keep_json(given)
        invocation.sanitised = msgspec.structs.replace(invocation.sanitised or Sanitised(), labelled=kept)


def recorded_fault(fault: Fault) -> Fault:
    """Return an error as it is recorded: an event is not erased with its payloads, so it names nobody."""
    return msgspec.structs.replace(fault, message=nameless(fault.message), hint=nameless(fault.hint))


def nameless(text: str) -> str:
    """Return ``text`` with labels in the place of personal data."""
    for found in reversed(labelled(text)):
        text = f"{text[: found.start]}[{found.label}]{text[found.end :]}"
    return text


def _hushed(text: str) -> str:
    for found in reversed(sighted(text)):
        text = f"{text[: found.start]}[secret]{text[found.end :]}"
    return text


def _without_secrets(secrets: RunSecrets, text: str, *, is_json: bool) -> tuple[str, tuple[str, ...]]:
    """Return ``text`` with references for secrets; in JSON each text by itself, as whoever is handed it needs it."""
    if not (is_json and sighted(text)):
        return secrets.without_secrets(text)
    try:
        data = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return secrets.without_secrets(text)
    cleaned = changed(data, lambda inner: secrets.without_secrets(inner)[0])
    return secrets.without_secrets(msgspec.json.encode(cleaned).decode())


def _masked(invocation: Invocation, text: str) -> str:
    """Return ``text`` with names for personal data; in JSON each text by itself, for it is written otherwise there."""
    masks = invocation.desk.secrets.masks
    if isinstance(invocation.value, str):
        return masks.text(text)
    try:
        return msgspec.json.encode(masks.data(msgspec.json.decode(text))).decode()
    except msgspec.DecodeError:
        return masks.text(text)


def _declared(invocation: Invocation, text: str) -> dict[str, str]:
    """Return the values that the tool's own types give a label, as they stand in ``text``."""
    tool = invocation.tool
    if not tool.labels_results:
        return {}
    is_text = tool.signature.returns is str or isinstance(invocation.value, str)
    data = text if is_text and not invocation.order.is_node else msgspec.json.decode(text)
    return dict(personal_values(tool.shape.result, data))


def _counted(text: str, declared: dict[str, str]) -> dict[str, int]:
    found = labelled(text)
    if not (found or declared):
        return {}
    by_shape = Counter(each.label for each in found if text[each.start : each.end] not in declared)
    return dict(sorted((by_shape + Counter(declared.values())).items()))


def _exact(invocation: Invocation, shown: Plain, names: tuple[str, ...]) -> PayloadId | None:
    """Keep the text as the tool gave it where that is not what is shown; one that held secrets is not kept so."""
    if names or not (shown.hidden or shown.disguised):
        return None
    body = invocation.desk.secrets.known.text(invocation.text).encode("utf-8", "surrogatepass")
    return invocation.desk.recorder.payloads.keep(body)
