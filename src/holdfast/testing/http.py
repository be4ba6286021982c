"""What tests of applications that speak HTTP need: servers on this machine, and a Slack and a GitHub to put on them."""

from holdfast.integration.connectors.github.fake import FakeGitHub, FakeRepository
from holdfast.integration.connectors.slack.fake import FakeChannel, FakeSlack
from holdfast.integration.http.direct import Direct
from holdfast.integration.http.port import Answer, Request
from holdfast.integration.http.served import HangUp, served

__all__ = [
    "Answer",
    "Direct",
    "FakeChannel",
    "FakeGitHub",
    "FakeRepository",
    "FakeSlack",
    "HangUp",
    "Request",
    "served",
]
