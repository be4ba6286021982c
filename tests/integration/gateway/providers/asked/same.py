"""One form for two requests that a provider reads alike, so that what is left over is a difference.

Each rule here is one that the provider documents: an absent field is its default, a lone text a list of one, turns of
one side in a row are one turn, JSON names may be spelt in two ways.
"""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

from tests.integration.gateway.providers.recordings import ANTHROPIC, CHAT, GOOGLE, RESPONSES

_OPAQUE = ("input", "args", "response", "input_schema", "parameters", "parametersJsonSchema", "schema", "arguments")
"""Where a user's own names begin."""


def uniform(api: str, body: Any) -> Any:
    """Return a request in the one form."""
    return _UNIFORM[api](_plain(body))


def difference(ours: Any, theirs: Any, path: str = "") -> str | None:
    """Return the first place at which two requests differ, None if they are the same."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() | theirs.keys()):
            if name not in ours or name not in theirs:
                who, where = ("only ours", ours) if name in ours else ("only recorded", theirs)
                return f"{path}.{name} is {who}: {json.dumps(where[name])[:200]}"
            if found := difference(ours[name], theirs[name], f"{path}.{name}"):
                return found
        return None
    if isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            said = f"{json.dumps(ours)[:400]}, recorded {len(theirs)}: {json.dumps(theirs)[:400]}"
            return f"{path}: ours has {len(ours)}: {said}"
        pairs = enumerate(zip(ours, theirs, strict=True))
        return next((found for at, (one, other) in pairs if (found := difference(one, other, f"{path}[{at}]"))), None)
    return None if ours == theirs else f"{path}: ours {json.dumps(ours)[:200]}, recorded {json.dumps(theirs)[:200]}"


def _plain(value: Any) -> Any:
    """Drop what is not there; read JSON that lies in a text, for its spaces say nothing."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if inner is not None}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _anthropic(body: Any) -> Any:
    body = {name: value for name, value in body.items() if (name, value) != ("stream", False)}
    if isinstance(body.get("system"), str):
        body["system"] = [{"type": "text", "text": body["system"]}]
    turns: list[Any] = []
    for message in body["messages"]:
        blocks = [_anthropic_block(block) for block in _as_blocks(message["content"])]
        if turns and turns[-1]["role"] == message["role"]:
            turns[-1]["content"] += blocks
        else:
            turns.append({"role": message["role"], "content": blocks})
    return _with_sorted_tools(body | {"messages": turns})


def _anthropic_block(block: Any) -> Any:
    if block["type"] != "tool_result":
        return block
    content = block["content"]
    return {name: value for name, value in block.items() if (name, value) != ("is_error", False)} | {
        "content": _as_blocks(content)
    }


def _as_blocks(content: Any, kind: str = "text") -> Any:
    return [{"type": kind, "text": content}] if isinstance(content, str) else content


def _chat(body: Any) -> Any:
    body = {name: value for name, value in body.items() if (name, value) not in (("stream", False), ("tools", []))}
    body |= {"max_tokens": limit} if (limit := body.pop("max_completion_tokens", None)) else {}
    messages = [message for each in body["messages"] if (message := _chat_message(each))]
    return _with_sorted_tools(body | {"messages": messages})


def _chat_message(message: Any) -> Any:
    """A developer is what OpenAI calls a system; an assistant that says nothing says null, or an empty text."""
    role = "system" if message["role"] == "developer" else message["role"]
    content = _as_blocks(message.get("content") or [])
    calls = [call | {"function": call["function"]} for call in message.get("tool_calls") or []]
    rest = {name: value for name, value in message.items() if name not in ("content", "tool_calls", "role")}
    rest = {name: value for name, value in rest.items() if (name, value) != ("prefix", False)}
    said = rest | ({"content": content} if content else {}) | ({"tool_calls": calls} if calls else {})
    return {"role": role} | said


def _responses(body: Any) -> Any:
    defaults = {"stream": False, "instructions": ""}
    body = {name: value for name, value in body.items() if (name, value) not in defaults.items()}
    items = body["input"]
    items = [{"role": "user", "content": items}] if isinstance(items, str) else items
    items = [_responses_item(item) for item in items if item.get("content") != ""]
    if "instructions" not in body and items and items[0].get("role") == "system":
        body["instructions"] = "".join(block["text"] for block in items.pop(0)["content"])
    return _with_sorted_tools(body | {"input": items})


def _responses_item(item: Any) -> Any:
    item = {name: value for name, value in item.items() if (name, value) != ("type", "message")}
    if item.get("role") == "developer":
        item["role"] = "system"
    if isinstance(item.get("content"), str):
        item["content"] = _as_blocks(item["content"], "input_text" if item["role"] != "assistant" else "output_text")
    if item.get("role") == "assistant":
        item["content"] = [{"annotations": []} | block for block in item["content"]]
    return item


def _google(body: Any) -> Any:
    body = _in_camel_case(body)
    config = dict(body.get("generationConfig") or {})
    contents: list[Any] = []
    for content in body["contents"]:
        if contents and contents[-1]["role"] == content["role"]:
            contents[-1]["parts"] += content["parts"]
        else:
            contents.append(dict(content))
    tools = [body["tools"]] if isinstance(body.get("tools"), dict) else body.get("tools") or []
    declared = [each for tool in tools for each in tool.get("functionDeclarations", [])]
    hosted = [{name: inner} for tool in tools for name, inner in tool.items() if name != "functionDeclarations"]
    told = {"contents": contents, "generationConfig": config}
    body = {name: value for name, value in body.items() if name != "tools"}
    if tools:
        told["tools"] = [*_sorted(hosted), *([{"functionDeclarations": _sorted(declared)}] if declared else [])]
    return body | told


def _in_camel_case(value: Any) -> Any:
    """Spell names, and bytes in base64, in the first of the two ways that this API reads."""
    if isinstance(value, dict):
        return {
            _camel(name): base64.b64encode(base64.urlsafe_b64decode(inner)).decode()
            if name == "data" and isinstance(inner, str)
            else inner
            if _camel(name) in _OPAQUE
            else _in_camel_case(inner)
            for name, inner in value.items()
        }
    return [_in_camel_case(inner) for inner in value] if isinstance(value, list) else value


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


def _with_sorted_tools(body: Any) -> Any:
    return body | {"tools": _sorted(map(_tool, body["tools"]))} if "tools" in body else body


def _tool(tool: Any) -> Any:
    """A tool without a description is one with an empty one; a kind that is not told is a function's."""
    function = tool.get("function")
    if function is not None:
        return {"type": "function"} | tool | {"function": {"description": ""} | function}
    return {"description": ""} | tool if "input_schema" in tool or tool.get("type") == "function" else tool


def _sorted(tools: Any) -> Any:
    return sorted(tools, key=lambda tool: json.dumps(tool, sort_keys=True))


_UNIFORM: dict[str, Callable[[Any], Any]] = {
    ANTHROPIC: _anthropic,
    CHAT: _chat,
    RESPONSES: _responses,
    GOOGLE: _google,
}
