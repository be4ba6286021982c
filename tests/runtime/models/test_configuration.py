"""An operator gives models names of their own, in a file that the environment names."""

import traceback
from pathlib import Path

import pytest

from holdfast.integration.gateway.limits.admission import Prefer
from holdfast.integration.gateway.limits.rate import Counting, Rate
from holdfast.integration.gateway.routing.hedging import HedgeAfter
from holdfast.integration.gateway.routing.route import Route
from holdfast.kernel.errors import InputError
from holdfast.runtime.models.configuration import read_models_file
from holdfast.runtime.models.finding import NamedModels

FILE = """
small = "openai-compatible:qwen3@http://127.0.0.1:8080/v1"

[large]
model = "anthropic:claude-sonnet-4-6"
streams = false
without = ["stop_sequences"]

[large.body.thinking]
type = "enabled"
budget_tokens = 2048
"""


def configured_by(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "models.toml"
    path.write_text(text, encoding="utf-8")
    return {"HOLDFAST_MODELS": str(path)}


def test_without_a_file_nothing_is_configured() -> None:
    assert read_models_file({}).models == {}


def test_a_name_stands_for_a_model_and_for_what_is_laid_over_its_requests(tmp_path: Path) -> None:
    found = read_models_file(configured_by(tmp_path, FILE)).models
    assert found["small"].model == "openai-compatible:qwen3@http://127.0.0.1:8080/v1"
    thinking = {"type": "enabled", "budget_tokens": 2048}
    assert found["large"].settings.body == {"thinking": thinking, "stop_sequences": None}
    assert not found["large"].settings.streams


async def test_a_configured_model_bears_the_name_that_it_was_given(tmp_path: Path) -> None:
    models = NamedModels(configured_by(tmp_path, FILE) | {"ANTHROPIC_API_KEY": "a"})
    small, large = models.find("small"), models.find("large")
    assert small is not None
    assert large is not None
    assert (small.name, large.name) == ("small", "large")
    await models.close()


@pytest.mark.parametrize(
    "text",
    [
        "small = ",
        'small = "gpt"',
        "small = 3",
        '[large]\nmodel = "anthropic:m"\nkey = "sk-1"',
        "[large]\nbody = {temperature = 1}",
        'small = "openai-compatible:m"',
    ],
)
def test_a_file_that_cannot_be_right_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="expected"):
        read_models_file(configured_by(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml \(HOLDFAST_MODELS\)"):
        read_models_file({"HOLDFAST_MODELS": str(tmp_path / "none.toml")})


ROUTES = """
[large]
routes = ["anthropic:claude-sonnet-4-6", { model = "openai:gpt-5.5", account = "backup", window = 400000 }]
prefer = "price"

[accounts.anthropic]
requests_per_minute = 50
input_tokens_per_minute = 30000
output_tokens_per_minute = 8000

[accounts.anthropic.models."claude-haiku-4-5"]
requests_per_minute = 500

[accounts.backup]
provider = "openai"
key = "OPENAI_BACKUP_KEY"
base_url = "https://gateway.example/v1"
tokens_per_minute = 200000
at_once = 20
"""


async def test_a_name_may_stand_for_several_places_each_with_its_account(tmp_path: Path) -> None:
    models = NamedModels(
        configured_by(tmp_path, ROUTES) | {"ANTHROPIC_API_KEY": "a", "OPENAI_BACKUP_KEY": "b", "OPENAI_API_KEY": "c"}
    )
    route = models.find("large")
    assert isinstance(route, Route)
    assert [(each.account.terms.name, each.name) for each in route.places] == [
        ("anthropic", "anthropic:claude-sonnet-4-6"),
        ("backup", "openai:gpt-5.5"),
    ]
    first, second = (each.account.terms for each in route.places)
    assert first.rate == Rate(requests=50, input_tokens=30_000, output_tokens=8_000)
    assert first.counting == Counting(counts_cached_input=False)
    assert second.rate == Rate(input_tokens=200_000, at_once=20)
    assert second.counting == Counting(reserves_output_max=True, joins_output=True)
    assert second.window_tokens == 400_000
    assert route.prefer is Prefer.PRICE
    await models.close()


TWO_PLACES = 'large = {{ routes = ["openai:m", "google:g"], hedge = "{}" }}'
HEDGES = [
    ("3s", HedgeAfter(3.0)),
    ("0.5s", HedgeAfter(0.5)),
    ("800ms", HedgeAfter(0.8)),
    ("p95", HedgeAfter(share=0.95)),
]


@pytest.mark.parametrize(("said", "after"), HEDGES)
async def test_a_name_of_several_places_may_say_when_a_second_is_asked(
    tmp_path: Path, said: str, after: HedgeAfter
) -> None:
    file = configured_by(tmp_path, TWO_PLACES.format(said))
    assert read_models_file(file).models["large"].hedge_after == after
    models = NamedModels(file | {"OPENAI_API_KEY": "o", "GEMINI_API_KEY": "g"})
    route = models.find("large")
    assert isinstance(route, Route)
    assert route.hedging is not None
    assert route.hedging.is_possible(0.0) == (after.share is None)
    await models.close()


@pytest.mark.parametrize("said", ["3", "0s", "0.000s", "-1s", "p100", "p49", "p9", "5m", "always", "p95 "])
def test_what_is_no_silence_is_refused(tmp_path: Path, said: str) -> None:
    with pytest.raises(InputError, match=r"large\.hedge.*such as 3s, 800ms or p95"):
        read_models_file(configured_by(tmp_path, TWO_PLACES.format(said)))


def test_a_second_beside_the_only_place_is_refused(tmp_path: Path) -> None:
    for places in ('model = "openai:m"', 'routes = ["openai:m"]'):
        with pytest.raises(InputError, match="hedge is said of a model that has two routes at the least"):
            read_models_file(configured_by(tmp_path, f'large = {{ {places}, hedge = "3s" }}'))


def test_what_is_kept_for_identical_requests_does_not_depend_on_who_is_asked_beside_whom(tmp_path: Path) -> None:
    models = [read_models_file(configured_by(tmp_path, TWO_PLACES.format(said))).models for said in ("3s", "p95")]
    assert len({each["large"].signature for each in models}) == 1


async def test_names_that_share_an_account_share_its_limits_and_its_line(tmp_path: Path) -> None:
    file = (
        'one = "anthropic:m"\nboth = { routes = ["anthropic:m", "openai:n"] }\nother = "openai:n"\napart = "google:g"'
    )
    keys = {"ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o", "GEMINI_API_KEY": "g"}
    models = NamedModels(configured_by(tmp_path, file) | keys)
    one, both, other, apart, direct = (models.find(name) for name in ("one", "both", "other", "apart", "anthropic:m"))
    found = [each for each in (one, both, other, apart, direct) if isinstance(each, Route)]
    assert len({id(each.admission) for each in found if each is not apart}) == 1
    assert found[3].admission is not found[0].admission
    assert found[0].places[0].account is found[1].places[0].account is found[4].places[0].account
    await models.close()


async def test_lines_that_were_apart_become_one_however_often_they_meet(tmp_path: Path) -> None:
    file = 'a = "openai:m"\nb = { routes = ["google:n", "google:o"] }\n'
    file += 'z = { routes = ["openai:m", "google:n", "google:o", "anthropic:p"] }'
    keys = {"ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o", "GEMINI_API_KEY": "g"}
    models = NamedModels(configured_by(tmp_path, file) | keys)
    found = [models.find(name) for name in ("a", "b", "z", "anthropic:p")]
    assert len({id(each.admission) for each in found if isinstance(each, Route)}) == 1
    await models.close()


async def test_two_servers_behind_one_host_are_two_accounts(tmp_path: Path) -> None:
    models = NamedModels(configured_by(tmp_path, ""))
    found = [models.find(f"openai-compatible:m@http://h:1/{path}") for path in ("v1", "other/v1")]
    assert [each.places[0].account.terms.name for each in found if isinstance(each, Route)] == ["h:1", "h:1/other"]
    await models.close()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[large]\nroutes = []", "either a model or routes"),
        ('[large]\nmodel = "openai:m"\nroutes = ["openai:n"]', "either a model or routes"),
        ('[large]\nroutes = ["openai:m"]\nstreams = false', "streams is said of each"),
        ('[large]\nroutes = ["openai:m", "openai:m"]', "each route once"),
        ('[large]\nroutes = ["openai:m"]\nprefer = "luck"', "prefer"),
        ('[large]\nroutes = ["small"]', "to stand for provider:model, found 'small'"),
        ('[large]\nmodel = "openai:m"\naccount = "b"', "an account of the file"),
        ('[large]\nmodel = "openai:m"\naccount = "b"\n[accounts.b]\nprovider = "anthropic"', "found one of anthropic"),
        ('[accounts.b]\nprovider = "acme"', "to have a provider"),
        ("[accounts.b]\nat_once = 1", "to have a provider"),
        ('[accounts.openai]\nprovider = "anthropic"', "to be that provider's"),
        ('[accounts.b]\nprovider = "openai-compatible"', "no base_url"),
        ('[accounts.openai]\nbase_url = "ftp://x"', "to be http:// or https://"),
        ('[accounts.openai]\nbase_url = "https://me:word@x"', "without a user or a query"),
        ("[accounts.openai]\nrequests_per_minute = 0", "greater than 0"),
        ("[accounts.openai]\nrequests_per_second = 1", "requests_per_second"),
        ("[accounts.openai]\ntokens_per_minute = 1\ninput_tokens_per_minute = 1", "found both"),
        ("small = 3", "found small, which is no table"),
        ('prices = "openai:m"', "found prices, which is no table"),
        ('[large]\nmodel = "openai:m"\ncolour = "red"', "found large.colour, which is no field"),
        ('[large]\nmodel = "openai:m"\nwindow = -5', "large.window: Input should be greater than 0, not -5"),
        ('[large]\nmodel = "openai:m"\ncache = "for ever"', "large.cache: expected how long replies are kept"),
        ("[prices.m]\ninput = 1", "prices.m: a price has both input and output"),
        ("[large]\n" + "\n".join(f"a{n} = 1" for n in range(8)), "; and 3 more"),
        ('[large]\nmodel = 3\nbody = { authorization = "sk-proj-abc" }', "large.model"),
        ('[large]\nbody = { authorization = "sk-proj-abc" }', "either a model or routes"),
        ('[accounts]\nkey = "sk-proj-abc"', "found accounts.key, which is no table"),
        ('[accounts.openai]\nkey = "sk-proj-abc"\nat_once = 0', "greater than 0"),
        ('[accounts.openai]\nkey = "sk-proj-abc"', "a key itself must not stand in the file"),
    ],
)
def test_what_contradicts_itself_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match="expected") as refused:
        read_models_file(configured_by(tmp_path, text))
    assert told in str(refused.value)
    assert "mend it in " in str(refused.value)
    assert "sk-proj" not in "".join(traceback.format_exception(refused.value))
    assert "word" not in str(refused.value)


# --- tools that the provider runs itself ---


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('tools = [{ type = "web_search_20250305", name = "web_search" }]', "web_search_20250305"),
        ('tools = [{ type = "code_interpreter", container = { type = "auto" } }]', "code_interpreter"),
        ("tools = [{ googleSearch = {} }]", "googleSearch"),
        ('tools = [{ type = "function", function = { name = "mine" } }]', "mine"),
        ('tools = "all"', "tools"),
        ("web_search_options = {}", "web_search_options"),
        ('mcp_servers = [{ type = "url", url = "https://example.com" }]', "mcp_servers"),
    ],
)
def test_a_tool_that_the_provider_would_run_itself_is_refused_unless_it_is_granted(
    tmp_path: Path, body: str, name: str
) -> None:
    text = f'[large]\nmodel = "anthropic:claude-sonnet-4-6"\nhosted = [GRANTED]\n[large.body]\n{body}\n'
    with pytest.raises(InputError, match=f'run {name} itself, where no policy sees it: .*hosted = ."{name}"'):
        read_models_file(configured_by(tmp_path, text.replace("GRANTED", "")))
    granted = read_models_file(configured_by(tmp_path, text.replace("GRANTED", f'"{name}"'))).models
    assert granted["large"].hosted == (name,)
