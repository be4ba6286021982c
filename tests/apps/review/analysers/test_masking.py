"""What an agent is shown of code with secrets in it: enough to quote, never the secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.analysers.credentials.masking import MASK, masked
from holdfast.apps.review.findings.grounding import locate
from holdfast.apps.review.source.files import Role, SourceFile
from holdfast.apps.review.source.languages import language_of
from tests.apps.review.analysers.corpus.case import Case
from tests.apps.review.analysers.corpus.credentials import GITHUB, KEY_BODY, PLANTED_VALUES, RANDOM, SECRETS, STRIPE
from tests.apps.review.analysers.inspecting import candidates

SHOWN_MAX = 4


def source(path: str = "app/keys.py") -> SourceFile:
    language = language_of(path.rpartition("/")[2], "")
    return SourceFile(path, language, Role.SOURCE, 1, 1, "0" * 64)


def parts(secret: str) -> set[str]:
    """Return all parts of a secret longer than what may be shown."""
    return {secret[start : start + SHOWN_MAX + 1] for start in range(len(secret) - SHOWN_MAX)}


@pytest.mark.parametrize("case", SECRETS, ids=str)
def test_what_the_analyser_takes_for_a_secret_is_masked(case: Case) -> None:
    text = case.planted_text
    shown = "\n".join(masked(source(case.path), text.splitlines()))
    for value in (*PLANTED_VALUES, KEY_BODY):
        if value in text and candidates("secrets", case.path, text):
            assert not [part for part in parts(value) if part in shown]


def test_a_masked_line_shows_what_the_analyser_tells_and_can_be_quoted() -> None:
    line = f'    CLIENT = connect(host="db", token="{GITHUB}", retries=3)'
    (shown,) = masked(source(), [line])
    assert shown == f'    CLIENT = connect(host="db", token="ghp_{MASK}", retries=3)'
    (found,) = candidates("secrets", "app/keys.py", line)
    assert found.excerpt in shown
    assert locate([line], 1, shown) is not None


def test_a_secret_that_stands_in_a_line_twice_is_masked_twice() -> None:
    (shown,) = masked(source(), [f'A, B = "{GITHUB}", "{GITHUB}"'])
    assert shown == f'A, B = "ghp_{MASK}", "ghp_{MASK}"'


def test_the_body_of_a_private_key_is_masked_from_its_header_to_its_end() -> None:
    lines = [
        "-----BEGIN RSA PRIVATE KEY-----",
        KEY_BODY,
        KEY_BODY[:30],
        "-----END RSA PRIVATE KEY-----",
        "LIMIT = 12345678",
    ]
    assert masked(source("key.pem"), lines) == (
        lines[0],
        KEY_BODY[:4] + MASK,
        KEY_BODY[:4] + MASK,
        lines[3],
        lines[4],
    )


def test_a_page_that_begins_inside_a_key_shows_none_of_its_whole_lines() -> None:
    line = KEY_BODY + "Gx3/pQ7"
    shown = masked(source("key.pem"), [line, line])
    assert not [part for part in parts(line) if part in "\n".join(shown)]


@pytest.mark.parametrize(
    "line",
    [
        "digest = '" + "0123456789abcdef" * 4 + "'",
        "    --hash=sha256:" + "fedcba9876543210" * 4,
        "password = os.environ['DATABASE_PASSWORD']",
        "API_KEY = 'your-key-here'",
        "from holdfast.apps.review.analysers.credentials.masking import masked",
        "",
    ],
)
def test_what_is_no_secret_stays_as_it_is(line: str) -> None:
    assert masked(source(), [line]) == (line,)


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\n"), max_size=80), max_size=6))
def test_any_lines_can_be_masked_and_keep_their_number(lines: list[str]) -> None:
    assert len(masked(source(), lines)) == len(lines)


@given(st.sampled_from([GITHUB, STRIPE, RANDOM]), st.text(alphabet="abcXYZ019 =,'\"{}[]:", max_size=40))
def test_a_secret_under_a_telling_name_is_masked_whatever_follows(secret: str, after: str) -> None:
    (shown,) = masked(source(), [f'api_key = "{secret}" {after}'])
    assert secret not in shown
