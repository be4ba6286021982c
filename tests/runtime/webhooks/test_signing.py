"""What is sent can be checked by whoever has the secret, as the Standard Webhooks specification says."""

import base64

import pytest

from holdfast.kernel.errors import InputError
from holdfast.runtime.webhooks.signing import headers, read_secret

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""That of the specification's own example."""


def test_the_example_of_the_specification_is_signed_as_it_says() -> None:
    signed = headers(read_secret(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert (signed["webhook-id"], signed["webhook-timestamp"]) == ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330")


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_!!", "short", "whsec_" + base64.b64encode(b"x" * 65).decode()])
def test_what_is_no_secret_is_refused_and_never_quoted(text: str) -> None:
    with pytest.raises(InputError) as refused:
        read_secret(text)
    assert not text.removeprefix("whsec_") or text not in str(refused.value)
