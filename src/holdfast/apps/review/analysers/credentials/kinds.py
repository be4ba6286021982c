"""What each kind of secret is called and how grave it is to have it in the code."""

from dataclasses import dataclass

from holdfast.apps.review.analysers.candidate import Severity
from holdfast.apps.review.analysers.subject import Rule

_CWE = 798
_MESSAGE = "Whoever reads the code has it: revoke it, and read the new one from the environment or a vault."


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of secret; ``is_by_format`` if its shape alone tells, without the name it is kept under."""

    rule: Rule
    confidence: float
    is_by_format: bool


def _kind(slug: str, title: str, severity: Severity, confidence: float, *, is_by_format: bool = True) -> Kind:
    return Kind(Rule(f"secret-{slug}", title, severity, _MESSAGE, _CWE), confidence, is_by_format)


KEYWORD = "Secret Keyword"
BASE64 = "Base64 High Entropy String"
HEX = "Hex High Entropy String"
BASIC_AUTH = "Basic Auth Credentials"

KINDS: dict[str, Kind] = {
    "Private Key": _kind("private-key", "Private key in the code", "critical", 0.9),
    "AWS Access Key": _kind("aws-key", "AWS access key in the code", "critical", 0.9),
    "Azure Storage Account access key": _kind("azure-key", "Azure storage key in the code", "critical", 0.9),
    "GitHub Token": _kind("github-token", "GitHub token in the code", "critical", 0.9),
    "GitLab Token": _kind("gitlab-token", "GitLab token in the code", "critical", 0.9),
    "NPM tokens": _kind("npm-token", "npm token in the code", "critical", 0.9),
    "PyPI Token": _kind("pypi-token", "PyPI token in the code", "critical", 0.9),
    "Slack Token": _kind("slack-token", "Slack token in the code", "critical", 0.85),
    "Stripe Access Key": _kind("stripe-key", "Stripe key in the code", "critical", 0.9),
    "OpenAI Token": _kind("openai-key", "OpenAI key in the code", "critical", 0.85),
    "SendGrid API Key": _kind("sendgrid-key", "SendGrid key in the code", "high", 0.85),
    "Discord Bot Token": _kind("discord-token", "Discord bot token in the code", "high", 0.8),
    "Telegram Bot Token": _kind("telegram-token", "Telegram bot token in the code", "high", 0.8),
    "Mailchimp Access Key": _kind("mailchimp-key", "Mailchimp key in the code", "high", 0.8),
    "Square OAuth Secret": _kind("square-secret", "Square secret in the code", "high", 0.8),
    "Twilio API Key": _kind("twilio-key", "Twilio key in the code", "high", 0.6),
    "Cloudant Credentials": _kind("cloudant", "Cloudant credentials in the code", "high", 0.6),
    "IBM Cloud IAM Key": _kind("ibm-cloud-key", "IBM Cloud key in the code", "high", 0.6),
    "IBM COS HMAC Credentials": _kind("ibm-cos", "IBM COS credentials in the code", "high", 0.6),
    "SoftLayer Credentials": _kind("softlayer", "SoftLayer credentials in the code", "high", 0.6),
    "Artifactory Credentials": _kind("artifactory", "Artifactory credentials in the code", "high", 0.4),
    "JSON Web Token": _kind("jwt", "Signed token in the code", "medium", 0.5),
    BASIC_AUTH: _kind("basic-auth", "Password in an address", "high", 0.65),
    KEYWORD: _kind("keyword", "Secret under a telling name", "high", 0.6, is_by_format=False),
    BASE64: _kind("entropy", "Random text under a telling name", "medium", 0.45, is_by_format=False),
    HEX: _kind("entropy", "Random text under a telling name", "medium", 0.4, is_by_format=False),
}
OTHER = _kind("other", "Secret in the code", "high", 0.5)  # what a newer detect-secrets may add


def kind_of(name: str) -> Kind:
    """Return the kind detect-secrets calls by this name."""
    return KINDS.get(name, OTHER)
