"""The parts of the SARIF 2.1.0 schema that our reports use, closed as the original is: an unknown key is an error."""

from typing import Any

_TEXT = {"type": "string"}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    closed = {**properties, "properties": {"$ref": "#/definitions/propertyBag"}}
    return {"type": "object", "additionalProperties": False, "properties": closed, "required": required or []}


def _list(of: str, **limits: Any) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/definitions/{of}"}, **limits}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/definitions/{name}"}


_DEFINITIONS: dict[str, Any] = {
    "propertyBag": {
        "type": "object",
        "properties": {"tags": {"type": "array", "uniqueItems": True, "items": _TEXT}},
    },
    "message": _object({"text": _TEXT, "markdown": _TEXT}),
    "multiformatMessageString": _object({"text": _TEXT, "markdown": _TEXT}, ["text"]),
    "artifactContent": _object({"text": _TEXT}),
    "artifactLocation": _object(
        {
            "uri": {"type": "string", "format": "uri-reference", "pattern": r"^[A-Za-z0-9._~/%-]+$"},
            "uriBaseId": _TEXT,
            "description": _ref("message"),
        }
    ),
    "region": _object(
        {
            "startLine": {"type": "integer", "minimum": 1},
            "endLine": {"type": "integer", "minimum": 1},
            "snippet": _ref("artifactContent"),
        }
    ),
    "physicalLocation": _object({"artifactLocation": _ref("artifactLocation"), "region": _ref("region")}),
    "location": _object({"physicalLocation": _ref("physicalLocation"), "message": _ref("message")}),
    "threadFlowLocation": _object({"location": _ref("location"), "executionOrder": {"type": "integer", "minimum": -1}}),
    "threadFlow": _object({"locations": _list("threadFlowLocation", minItems=1)}, ["locations"]),
    "codeFlow": _object({"message": _ref("message"), "threadFlows": _list("threadFlow", minItems=1)}, ["threadFlows"]),
    "result": _object(
        {
            "ruleId": _TEXT,
            "ruleIndex": {"type": "integer", "minimum": -1},
            "level": _LEVEL,
            "rank": {"type": "number", "minimum": -1, "maximum": 100},
            "message": _ref("message"),
            "locations": _list("location"),
            "codeFlows": _list("codeFlow"),
            "partialFingerprints": {"type": "object", "additionalProperties": _TEXT},
        },
        ["message"],
    ),
    "reportingConfiguration": _object({"level": _LEVEL}),
    "reportingDescriptor": _object(
        {
            "id": _TEXT,
            "shortDescription": _ref("multiformatMessageString"),
            "fullDescription": _ref("multiformatMessageString"),
            "help": _ref("multiformatMessageString"),
            "defaultConfiguration": _ref("reportingConfiguration"),
        },
        ["id"],
    ),
    "reportingDescriptorReference": _object({"id": _TEXT, "index": {"type": "integer", "minimum": -1}}),
    "notification": _object(
        {
            "descriptor": _ref("reportingDescriptorReference"),
            "level": _LEVEL,
            "message": _ref("message"),
            "locations": _list("location", uniqueItems=True),
        },
        ["message"],
    ),
    "invocation": _object(
        {"executionSuccessful": {"type": "boolean"}, "toolExecutionNotifications": _list("notification")},
        ["executionSuccessful"],
    ),
    "toolComponent": _object(
        {
            "name": _TEXT,
            "version": _TEXT,
            "rules": _list("reportingDescriptor", uniqueItems=True),
            "notifications": _list("reportingDescriptor", uniqueItems=True),
        },
        ["name"],
    ),
    "tool": _object({"driver": _ref("toolComponent")}, ["driver"]),
    "artifact": _object({"location": _ref("artifactLocation")}),
    "runAutomationDetails": _object({"id": _TEXT}),
    "run": _object(
        {
            "tool": _ref("tool"),
            "automationDetails": _ref("runAutomationDetails"),
            "originalUriBaseIds": {"type": "object", "additionalProperties": _ref("artifactLocation")},
            "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            "invocations": _list("invocation"),
            "artifacts": _list("artifact", uniqueItems=True),
            "results": _list("result"),
        },
        ["tool", "results"],
    ),
}

SARIF_SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "additionalProperties": False,
    "properties": {"$schema": _TEXT, "version": {"enum": ["2.1.0"]}, "runs": _list("run")},
    "required": ["version", "runs"],
    "definitions": _DEFINITIONS,
}
