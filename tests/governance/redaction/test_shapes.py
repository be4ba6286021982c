"""A secret is known by its shape; what only looks a little like one is not."""

import base64
import random
import string

import pytest

from holdfast.governance.redaction.shapes import sighted

RANDOM = random.Random(5)


def made_of(alphabet: str, length: int) -> str:
    return "".join(RANDOM.choice(alphabet) for _ in range(length))


WORD = string.ascii_letters + string.digits
KEY_TEXT = "\n".join(made_of(WORD + "+/", 64) for _ in range(5))
SECRETS = {
    "aws-key": "AKIA" + made_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
    "github-token": "ghp_" + made_of(WORD, 36),
    "gitlab-token": "glpat-" + made_of(WORD, 20),
    "slack-token": f"xoxb-{made_of(string.digits, 12)}-{made_of(string.digits, 12)}-{made_of(WORD, 24)}",
    "stripe-key": "sk_live_" + made_of(WORD, 24),
    "anthropic-key": "sk-ant-api03-" + made_of(WORD + "_-", 93) + "AA",
    "openai-key": f"sk-proj-{made_of(WORD, 40)}T3BlbkFJ{made_of(WORD, 40)}",
    "google-key": "AIza" + made_of(WORD + "_-", 35),
    "npm-token": "npm_" + made_of(WORD, 36),
    "sendgrid-key": f"SG.{made_of(WORD, 22)}.{made_of(WORD, 43)}",
    "jwt": ".".join(
        base64.urlsafe_b64encode(part).decode().strip("=")
        for part in (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"1234567890","admin":true}', bytes(range(32)))
    ),
    "private-key": f"-----BEGIN RSA PRIVATE KEY-----\n{KEY_TEXT}\n-----END RSA PRIVATE KEY-----",
}


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("around", ["{}", "key={}", '{{"key": "{}"}}', "the key is {}, keep it", "a\n{}\nb"])
def test_a_secret_is_found_where_it_stands(kind: str, around: str) -> None:
    text = around.format(SECRETS[kind])
    (found,) = sighted(text)
    assert (found.kind, text[found.start : found.end]) == (kind, SECRETS[kind])


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("before", ["id-0123456789abcdef0123/", "Zürich – ", "=_", "AIza ghp_ sk_live_ eyJ "])
def test_a_secret_is_found_after_what_has_no_break_and_after_marks_of_others(kind: str, before: str) -> None:
    text = f"{before}{SECRETS[kind]} ghp_"
    assert (kind, SECRETS[kind]) in [(found.kind, text[found.start : found.end]) for found in sighted(text)]


@pytest.mark.parametrize(
    ("text", "kind", "secret"),
    [
        ("postgres://app:s3cr3t-Pw@db.internal:5432/shop", "password", "s3cr3t-Pw"),
        ("redis://:hunter2hunter2@cache:6379", "password", "hunter2hunter2"),
        (f'aws_secret_access_key = "{"aB3/" * 10}"', "aws-secret", "aB3/" * 10),
        (f"AWS_SECRET_ACCESS_KEY={'aB3+' * 10}", "aws-secret", "aB3+" * 10),
        (f'{{"SecretAccessKey": "{"aB3+" * 10}"}}', "aws-secret", "aB3+" * 10),
        (f"AccountName=a;AccountKey={'Ab1/' * 21}Ab==;", "azure-key", f"{'Ab1/' * 21}Ab=="),
    ],
)
def test_of_an_address_only_the_password_is_taken(text: str, kind: str, secret: str) -> None:
    (found,) = sighted(text)
    assert (found.kind, text[found.start : found.end]) == (kind, secret)


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "x" * 36,
        "https://example.org:8080/a@b",
        "postgres://user:password@host/db",
        "postgres://user:${PASSWORD}@host/db",
        "mailto://ada@example.org",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----",
        "-----BEGIN PRIVATE KEY----- is how such a file begins",
        "hf_order_4711 shipped; npm_config_cache is set; do_v1 is old",
        'eyJ is what base64 of {" begins with',
        "task-sk-anthology risk_live_video_of_the_concert",
    ],
)
def test_what_only_looks_like_one_is_left(text: str) -> None:
    assert sighted(text) == []


def test_a_password_in_a_long_text_takes_no_time_that_grows_with_its_square() -> None:
    assert sighted("eyJ" * 100_000 + "://" * 100_000 + "a" * 300_000 + "k_live_AKIA") == []
