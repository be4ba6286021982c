"""A request is taken apart by clauses, and each part goes to its app, to a question, or to a default."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import App, Effect, Runtime, tool
from holdfast.flow import FunctionNode
from holdfast.intent.classification import Classification
from holdfast.intent.clauses import CLAUSES_MAX, clauses
from holdfast.intent.front_door import SOMETHING_ELSE, front_door
from holdfast.intent.parts import parts_of
from holdfast.intent.route import Route, Routed, RoutedPart, Router
from holdfast.intent.rules import ByRules, Rule
from holdfast.kernel.errors import DefinitionError
from tests.runtime.stage import Stage

CLASSIFIER = ByRules(
    [
        Rule("return", r"\breturn|send .* back", 0.9),
        Rule("recommend", r"recommend|suggest", 0.9),
        Rule("invoice", "invoice|receipt", 0.9),
        Rule("status", "where is|arrive", 0.9),
    ]
)
ROUTES = (
    Route("return", "returns", "sending something back"),
    Route("recommend", "advice", "finding something"),
    Route("invoice", "bills", "an invoice"),
)


async def found(text: str) -> list[tuple[str | None, tuple[int, ...]]]:
    return [(part.classification.intent, part.after) for part in await parts_of(text, CLASSIFIER)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Where is my parcel?", [("status", ())]),
        ("Hello there. Where is my parcel? Thanks!", [("status", ())]),
        ("Send me the invoice and where is my parcel", [("invoice", ()), ("status", ())]),
        ("Return the blue shirt, but first recommend a green one.", [("return", (1,)), ("recommend", ())]),
        ("Send me the receipt, then return the drill", [("invoice", ()), ("return", (0,))]),
        ("Before I return it, recommend another.", [("return", (1,)), ("recommend", ())]),
        ("After you recommend a lamp, return the old one.", [("recommend", ()), ("return", (0,))]),
        ("Recommend a tent and also suggest a bag.", [("recommend", ())]),
        ("Return the shirt. It is too small and I am sad. Also the invoice!", [("return", ()), ("invoice", ())]),
        (
            "Recommend a lamp. After that return the old one; then send me the invoice.",
            [("recommend", ()), ("return", (0,)), ("invoice", (1,))],
        ),
    ],
)
async def test_what_is_asked_for_is_taken_apart_with_its_order(
    text: str, parts: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert await found(text) == parts


async def test_what_says_nothing_by_itself_stays_with_what_it_belongs_to() -> None:
    parts = await parts_of("Hi. Return the shirt. It is too small. Then recommend a bigger one.", CLASSIFIER)
    assert [part.text for part in parts] == ["Hi. Return the shirt. It is too small", "recommend a bigger one."]


class Counted:
    """A classifier that keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def classify(self, text: str) -> Classification:
        self.asked.append(text)
        return await CLASSIFIER.classify(text)


async def test_a_dear_one_sees_no_clauses_and_the_whole_only_where_it_is_not_taken_apart() -> None:
    dear = Counted()
    assert len(await parts_of("Send me the invoice, then return the drill", dear, clauses_by=CLASSIFIER)) == 2
    assert dear.asked == []
    await parts_of("Hello. Thanks.", dear, clauses_by=CLASSIFIER)
    assert dear.asked == ["Hello. Thanks."]


WORDS = st.lists(
    st.sampled_from(["return it", "recommend", "and", "then", "but first", "before", "after", ",", ".", "also"]),
    max_size=60,
)


@given(st.one_of(st.text(max_size=300), WORDS.map(" ".join)))
def test_clauses_are_few_and_come_only_after_others_that_are_there(text: str) -> None:
    cut = clauses(text)
    assert 1 <= len(cut) <= CLAUSES_MAX
    for place, clause in enumerate(cut):
        assert clause.after <= set(range(len(cut))) - {place}


@given(st.lists(st.sets(st.integers(0, 5)), max_size=6))
def test_every_part_is_in_one_wave_whatever_is_to_come_after_what(after: list[set[int]]) -> None:
    parts = tuple(
        RoutedPart(str(place), None, "app", 0.0, "", tuple(other for other in others if other < len(after)))
        for place, others in enumerate(after)
    )
    waves = Routed(parts).waves
    assert sorted(part.text for wave in waves for part in wave) == sorted(part.text for part in parts)


async def test_each_part_goes_to_the_app_of_its_intent() -> None:
    routed = await Router(CLASSIFIER, ROUTES).route("Return the blue shirt, but first recommend a green one.")
    assert [[part.app for part in wave] for wave in routed.waves] == [["advice"], ["returns"]]


async def test_a_request_may_be_left_whole() -> None:
    routed = await Router(CLASSIFIER, ROUTES, splits=False).route("Send me the invoice, then suggest a lamp.")
    assert len(routed.parts) == 1


async def test_who_is_unsure_asks_and_names_what_came_near() -> None:
    (part,) = (await Router(CLASSIFIER, ROUTES).route("return invoice")).parts
    assert part.app is None
    assert part.question is not None
    assert '"return invoice"' in part.question
    assert "an invoice" in part.question
    assert "finding something" not in part.question


async def test_where_nothing_came_near_the_question_names_all() -> None:
    (part,) = (await Router(CLASSIFIER, ROUTES).route("hello")).parts
    assert part.question is not None
    assert all(route.about in part.question for route in ROUTES)


@pytest.mark.parametrize("text", ["hello", "where is my parcel"], ids=["nobody is sure", "an intent without a route"])
async def test_with_a_default_what_has_no_route_goes_there(text: str) -> None:
    (part,) = (await Router(CLASSIFIER, ROUTES, default="people").route(text)).parts
    assert (part.app, part.intent, part.question) == ("people", None, None)


@pytest.mark.parametrize("routes", [(), (ROUTES[0], ROUTES[0])])
def test_routes_that_cannot_be_told_apart_are_refused(routes: tuple[Route, ...]) -> None:
    with pytest.raises(DefinitionError, match="each of an intent of its own"):
        Router(CLASSIFIER, routes)


class Shop:
    """Apps that keep what they were asked, in order."""

    def __init__(self, *, fails: str = "") -> None:
        self.asked: list[str] = []
        self.apps = [self._app(name, fails == name) for name in ("returns", "advice", "bills", "people")]

    def _app(self, name: str, fails: bool) -> App:
        @tool(name="serve", effect=Effect.READ, attempts_max=1)
        async def serve(text: str) -> str:
            """Serve."""
            self.asked.append(name)
            if fails:
                raise ValueError("closed")
            return f"{name}: {text}"

        return App(name, FunctionNode(name, "serve", input="{'text': input}"), functions=[serve])


async def test_the_front_door_begins_a_run_for_each_part_in_their_order() -> None:
    shop = Shop()
    door = front_door("desk", Router(CLASSIFIER, ROUTES))
    async with Runtime.open("memory:", apps=[door, *shop.apps]) as runtime:
        run = await runtime.start("desk", "Return the blue shirt, but first recommend a green one.")
        assert await run.result() == [["advice: recommend a green one."], ["returns: Return the blue shirt"]]
        assert [head.app for head in await runtime.runs()].count("desk") == 1
    assert shop.asked == ["advice", "returns"]


async def test_what_comes_after_something_that_failed_is_not_begun() -> None:
    shop = Shop(fails="advice")
    door = front_door("desk", Router(CLASSIFIER, ROUTES))
    async with Runtime.open("memory:", apps=[door, *shop.apps]) as runtime:
        run = await runtime.start("desk", "Return the blue shirt, but first recommend a green one.")
        await run.wait()
    assert shop.asked == ["advice"]


async def test_the_front_door_asks_the_person_and_goes_where_the_answer_says() -> None:
    shop = Shop()
    door = front_door("desk", Router(CLASSIFIER, ROUTES))
    async with Runtime.open("memory:", apps=[door, *shop.apps]) as runtime:
        run = await runtime.start("desk", "hello")
        await run.wait()
        (asked,) = await run.questions()
        assert [option.name for option in asked.options] == [*(route.about for route in ROUTES), SOMETHING_ELSE]
        await run.answer(asked.path, "an invoice", by="Ann")
        assert await run.result() == [["bills: hello"]]


async def test_the_front_door_sends_what_nobody_is_sure_of_to_the_default() -> None:
    shop = Shop()
    door = front_door("desk", Router(CLASSIFIER, ROUTES, default="people"))
    async with Runtime.open("memory:", apps=[door, *shop.apps]) as runtime:
        assert await (await runtime.start("desk", "hello")).result() == [["people: hello"]]


async def test_one_part_that_fails_does_not_stop_the_one_beside_it() -> None:
    shop = Shop(fails="advice")
    door = front_door("desk", Router(CLASSIFIER, ROUTES))
    async with Runtime.open("memory:", apps=[door, *shop.apps]) as runtime:
        run = await runtime.start("desk", "Recommend a lamp and send me the invoice")
        await run.wait()
        assert await run.result() == [[None, "bills: send me the invoice"]]


async def test_where_the_person_does_not_answer_in_time_it_goes_nowhere() -> None:
    shop, stage = Shop(), Stage()
    door = front_door("desk", Router(CLASSIFIER, ROUTES), answer_seconds_max=60)
    async with stage.runtime() as runtime:
        run = await runtime.start(door, "hello")
        await stage.clock.advance(30)
        assert len(await run.questions()) == 1
        await stage.clock.advance(60)
        assert await stage.result(run) == [[None]]
    assert shop.asked == []
