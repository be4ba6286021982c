"""A flow's picture as SVG is whole and legible: nothing overlaps, all text lies where it belongs, light or dark."""

import re
from collections.abc import Iterator
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.flow import (
    AgentNode,
    Block,
    ChildNode,
    Contract,
    FunctionNode,
    Handoff,
    Loop,
    Node,
    ScriptNode,
    Sequence,
    WaitNode,
)
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.draw import Knowledge, draw_svg
from holdfast.orchestration.draw.svg.boxes import Box, Line
from holdfast.orchestration.draw.svg.layout import laid_out
from holdfast.orchestration.draw.svg.styles import DARK, LIGHT, STANDINGS
from holdfast.orchestration.draw.svg.text import LINES_MAX, shown, width, wrapped
from holdfast.orchestration.flow.places import within
from tests.orchestration.flows import flows
from tests.orchestration.test_draw import FLOW, KNOWN, NASTY, REVIEW, nasty_flows, standing

SVG = "{http://www.w3.org/2000/svg}"
SLACK = 0.01
CONTRAST_MIN = 4.5


def boxes(box: Box) -> Iterator[Box]:
    yield box
    for each in box.inner:
        yield from boxes(each)


def apart(one: Box | Line, other: Box | Line) -> bool:
    return (
        one.x + one.width <= other.x + SLACK
        or other.x + other.width <= one.x + SLACK
        or one.y + one.height <= other.y + SLACK
        or other.y + other.height <= one.y + SLACK
    )


def holds(box: Box, inner: Box | Line) -> bool:
    return (
        box.x <= inner.x + SLACK
        and inner.x + inner.width <= box.right + SLACK
        and box.y <= inner.y + SLACK
        and inner.y + inner.height <= box.bottom + SLACK
    )


def check(picture: Box) -> None:
    for box in boxes(picture):
        contents: tuple[Box | Line, ...] = (*box.inner, *box.lines)
        for one, other in combinations(contents, 2):
            assert apart(one, other), f"{one} lies over {other}"
        for inner in contents:
            assert holds(box, inner), f"{inner} does not lie in {box.path}"
        for arrow in box.arrows:
            assert all(box.x <= x <= box.right and box.y <= y <= box.bottom for x, y in arrow.points)


@given(flows())
def test_whatever_the_flow_no_two_boxes_or_texts_overlap_and_all_lie_in_their_parents(flow: Node) -> None:
    check(laid_out(flow, Knowledge(review=REVIEW)))


@given(flows())
def test_every_node_of_the_flow_has_a_box_with_its_path(flow: Node) -> None:
    drawn = [box.path for box in boxes(laid_out(flow, Knowledge())) if box.path]
    assert sorted(drawn) == sorted(place.path for place in within(flow))


@given(nasty_flows())
def test_no_name_or_expression_breaks_the_xml_or_leaves_its_box(flow: Node) -> None:
    check(laid_out(flow, Knowledge()))
    root = ElementTree.fromstring(draw_svg(flow))
    assert root.tag == f"{SVG}svg"
    names = {element.get("data-path") for element in root.iter(f"{SVG}g")}
    assert {shown(place.path) for place in within(flow)} <= names


@given(st.text(max_size=400), st.floats(40, 300))
def test_lines_are_no_wider_than_they_may_be_and_there_are_not_too_many(text: str, width_max: float) -> None:
    lines = wrapped(text, 12.0, width_max)
    assert len(lines) <= LINES_MAX
    assert all(width(line, 12.0) <= width_max for line in lines)
    if len(lines) < LINES_MAX:
        assert "".join(lines).replace(" ", "") == shown(text).replace(" ", "")


@given(NASTY)
def test_what_is_shown_holds_nothing_that_cannot_be_seen(text: str) -> None:
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", shown(text))


def test_it_is_told_to_whoever_cannot_see_it_and_loads_nothing() -> None:
    text = draw_svg(FLOW, KNOWN)
    root = ElementTree.fromstring(text)
    titled, described = str(root.get("aria-labelledby")).split()
    told = {element.get("id"): element.text for element in root}
    assert root.get("role") == "img"
    assert told[titled] == "Flow review"
    assert "secrets agent · model offline:review" in str(told[described])
    assert not re.search(r"(href|src|url\((?!#)|@import|<script)", text)


def test_a_box_says_all_of_its_node_however_much_is_cut_of_what_is_shown() -> None:
    long = WaitNode("long", until=" + ".join(f"'{number:04}'" for number in range(200)))
    root = ElementTree.fromstring(draw_svg(long))
    titles = [element.text for element in root.iter(f"{SVG}title")]
    assert any("'0199'" in str(title) for title in titles)
    assert any(str(element.text).endswith("…") for element in root.iter(f"{SVG}text"))


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_what_has_begun_is_coloured_and_carries_its_sign(outcome: Outcome | None) -> None:
    root = ElementTree.fromstring(draw_svg(FLOW, Knowledge(run=standing({"review/inventory": outcome}))))
    looks = {element.get("data-path"): str(element.get("class")).split() for element in root.iter(f"{SVG}g")}
    assert looks["review/inventory"][1] in STANDINGS
    assert looks["review/route"] == ["group"]
    names = [element.text for element in root.iter(f"{SVG}text") if element.get("class") == "name"]
    assert "· route" in names


def test_contracts_undoing_and_the_way_back_of_a_loop_are_arrows() -> None:
    contracts = (Contract("a", "b", "result", "{}"), Contract("b", "a", "result", "{'x': 1}", name="back"))
    members = (AgentNode("a", "a"), Block("b", Sequence("s", (ScriptNode("x", "x"), ChildNode("y", "y")))))
    picture = laid_out(Handoff("root", members, contracts, 3), Knowledge())
    front, back = picture.inner
    for arrow, (giver, taker) in zip(picture.arrows, ((front, back), (back, front)), strict=True):
        assert giver.x < arrow.points[0][0] < giver.right
        assert taker.x < arrow.points[-1][0] < taker.right
        assert arrow.points[-1][1] == taker.bottom
    assert "back · if result · carries {'x': 1}" in [line.text for line in picture.lines]
    loop = laid_out(Loop("root", FunctionNode("f", "f"), "True", 3), Knowledge())
    (way,) = loop.arrows
    assert way.points[0] == (loop.inner[0].middle, loop.inner[0].bottom)
    assert way.points[-1][0] == loop.inner[0].x


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(colours: dict[str, str]) -> None:
    for behind in ("page", "group", "leaf", *STANDINGS):
        for text in ("text", "said"):
            assert contrast(colours[text], colours[behind]) >= CONTRAST_MIN, (text, behind)


def contrast(one: str, other: str) -> float:
    """Return how far two colours stand out from each other, as WCAG 2 reckons it."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
