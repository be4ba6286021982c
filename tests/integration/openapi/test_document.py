"""What is taken from a document, and what no document can make us do."""

import json
from pathlib import Path

import pytest

from holdfast.integration.http.auth import Bearer
from holdfast.integration.openapi.api import Api
from holdfast.integration.openapi.declare import openapi
from holdfast.integration.openapi.document import read_document
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from tests.integration.openapi.shop import DOCUMENT

URL = "https://shop.example/v1"


def shop(document: Path = DOCUMENT, url: str = URL) -> Api:
    return openapi("shop", document, base_url=url, auth=Bearer("shop-token"))


def written(folder: Path, paths: object = None, **more: object) -> Path:
    file = folder / "api.json"
    file.write_text(json.dumps({"openapi": "3.1.0", "paths": paths or {}, **more}), encoding="utf-8")
    return file


def operation(**more: object) -> dict[str, object]:
    return {"operationId": "act", "responses": {}, **more}


def test_what_is_shown_of_an_operation_hides_nothing() -> None:
    assert shop().tool("createRefund", effect=Effect.KEYED).description == "Pay money back.\\u202e"


def test_the_effect_is_read_for_what_looks_and_unsafe_for_all_else_unless_the_author_says_more() -> None:
    get, make = shop().tools("getOrder", "createOrder")
    assert (get.effect, make.effect) == (Effect.READ, Effect.UNSAFE)
    assert shop().tool("createRefund", effect=Effect.KEYED).effect is Effect.KEYED


def test_an_operation_that_documents_no_key_cannot_be_keyed() -> None:
    with pytest.raises(DefinitionError, match="documents no header 'Idempotency-Key'"):
        shop().tool("createOrder", effect=Effect.KEYED)


def test_neither_the_key_nor_credentials_nor_what_is_fixed_is_asked_of_a_model() -> None:
    refund = shop().tool("createRefund", effect=Effect.KEYED, fixed={"shop": "eu"})
    assert refund.parameters["required"] == ["order_id", "body"]
    assert set(refund.parameters["properties"]) == {"order_id", "body"}  # type: ignore[call-overload]
    assert set(shop().tool("createRefund").parameters["properties"]) == {"order_id", "shop", "body"}  # type: ignore[call-overload]
    listed = shop().tool("listOrders").parameters["properties"]
    assert list(listed) == ["filter_status_", "tags", "near", "X-Trace", "locale"]  # type: ignore[call-overload]


def test_schemas_of_3_0_are_read_as_json_schemas() -> None:
    (make,) = shop().tools("createOrder")
    body = make.parameters["properties"]["body"]  # type: ignore[index]
    assert body["required"] == ["total"]
    assert "id" not in body["properties"]
    assert body["properties"]["total"] == {"type": "number", "exclusiveMinimum": 0}
    assert body["properties"]["note"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert make.parameters["$defs"].keys() == {"Part"}  # type: ignore[attr-defined]


def test_yaml_is_read_as_json_would_be() -> None:
    listed = shop().tool("listOrders").parameters["properties"]["filter_status_"]  # type: ignore[index]
    assert listed["items"]["enum"] == ["open", "no"]


def test_a_document_that_says_anything_else_makes_other_tools(tmp_path: Path) -> None:
    changed = tmp_path / "shop.yaml"
    changed.write_text(DOCUMENT.read_text("utf-8").replace("title: Shop", "title: Store"), encoding="utf-8")
    (ours,), (same,), (other,) = shop().tools("getOrder"), shop().tools("getOrder"), shop(changed).tools("getOrder")
    assert ours.content_hash == same.content_hash != other.content_hash
    assert shop(url="https://else.example").tool("getOrder").content_hash != ours.content_hash


def test_the_same_operation_is_the_same_tool_and_never_two_under_one_name() -> None:
    api = shop()
    assert api.tools("getOrder") == api.tools("getOrder")
    with pytest.raises(DefinitionError, match="is declared twice"):
        api.tool("getOrder", timeout_seconds=1.0)
    assert api.tool("getOrder", name="shop__peek", timeout_seconds=1.0).name == "shop__peek"


def test_where_requests_go_is_the_authors_word() -> None:
    with pytest.raises(DefinitionError, match="expected base_url="):
        openapi("shop", DOCUMENT)
    with pytest.raises(DefinitionError, match="expected https for a server elsewhere"):
        shop(url="http://shop.example")
    assert openapi("shop", DOCUMENT, takes_server_of_document=True).base_url == "https://eu.shop.example/v1"


@pytest.mark.parametrize(
    ("operation_id", "told"),
    [
        ("nothing", "expected one operation with operationId 'nothing', found 0"),
        ("upload", "expected a body in JSON"),
        ("far", "expected references within the document"),
    ],
)
def test_what_cannot_be_spoken_is_no_tool(operation_id: str, told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        shop().tools(operation_id)


def test_an_operation_that_needs_credentials_is_not_declared_without() -> None:
    with pytest.raises(DefinitionError, match="declare auth="):
        openapi("shop", DOCUMENT, base_url=URL).tools("getOrder")


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("@evil.example/", None),
        ("/orders/{id}", None),
        ("/orders", {"name": "id", "in": "path", "schema": {}}),
        ("/orders", {"name": "Host", "in": "header", "schema": {}}),
        ("/orders/{id}", {"name": "id", "in": "path", "style": "matrix", "schema": {}}),
    ],
)
def test_a_path_or_parameter_that_leads_elsewhere_is_refused(path: str, parameter: object, tmp_path: Path) -> None:
    told = operation(parameters=[parameter] if parameter else [])
    with pytest.raises(DefinitionError):
        shop(written(tmp_path, {path: {"get": told}})).tools("act")


@pytest.mark.parametrize(
    "text",
    [
        "openapi: 2.0",
        "[1, 2]",
        "{",
        '{"openapi": "3.1.0", "x": "\\ud800"}',
        'openapi: 3.1.0\nx: "\\ud800"',
        "a: &a [1]\nopenapi: 3.0.0\nx: !!python/object/apply:os.system ['true']",
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(8)),
        "openapi: 3.0.0\nx: &x\n  y: *x",
        "openapi: 3.1.0\nx: " + "[" * 5_000 + "]" * 5_000,
    ],
)
def test_a_file_that_is_no_document_or_too_much_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError):
        read_document(file)


def test_schemas_that_name_each_other_twice_are_not_written_out(tmp_path: Path) -> None:
    schemas: dict[str, object] = {"S0": {"type": "string"}}
    for n in range(1, 40):
        twice = {"$ref": f"#/components/schemas/S{n - 1}"}
        schemas[f"S{n}"] = {"type": "object", "properties": {"a": twice, "b": twice}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S39"}}}}
    document = written(tmp_path, {"/x": {"post": operation(requestBody=body)}}, components={"schemas": schemas})
    (act,) = shop(document).tools("act")
    assert len(json.dumps(act.parameters)) < 10_000


def test_references_that_lead_in_circles_are_refused(tmp_path: Path) -> None:
    around = {"a": {"$ref": "#/components/parameters/b"}, "b": {"$ref": "#/components/parameters/a"}}
    told = operation(parameters=[{"$ref": "#/components/parameters/a"}])
    document = written(tmp_path, {"/x": {"get": told}}, components={"parameters": around})
    with pytest.raises(DefinitionError, match="references lead to one another"):
        shop(document).tools("act")


def test_parameters_of_one_name_in_two_places_have_two_names(tmp_path: Path) -> None:
    places = [{"name": "id", "in": place, "schema": {"type": "string"}} for place in ("query", "header")]
    (act,) = shop(written(tmp_path, {"/x": {"get": operation(parameters=places)}})).tools("act")
    assert list(act.parameters["properties"]) == ["id", "header_id"]  # type: ignore[call-overload]
