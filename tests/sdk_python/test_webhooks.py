"""Messages between Sayso and a partner are signed."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from sayso_sdk.webhooks import ForgedWebhook, sign, verify

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
BODY = '{"type": "subject.erased", "data": {"member": "m-1"}}'


def test_a_signed_message_is_read() -> None:
    headers = sign(SECRET, "msg_1", BODY, datetime.now(UTC))
    assert verify(SECRET, BODY.encode(), headers)["type"] == "subject.erased"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_message_from_another_time_is_forged(minutes: int) -> None:
    headers = sign(SECRET, "msg_1", BODY, datetime.now(UTC) + timedelta(minutes=minutes))
    with pytest.raises(ForgedWebhook):
        verify(SECRET, BODY.encode(), headers)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "msg_2"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "nonsense"},
        {"webhook-timestamp": "soon"},
    ],
)
def test_a_changed_header_is_forged(change: dict[str, str]) -> None:
    headers = {**sign(SECRET, "msg_1", BODY, datetime.now(UTC)), **change}
    with pytest.raises(ForgedWebhook):
        verify(SECRET, BODY.encode(), headers)


@pytest.mark.parametrize("body", [BODY.replace("m-1", "m-2"), "[]", "{", "\udc80"])
def test_a_changed_body_is_forged(body: str) -> None:
    headers = sign(SECRET, "msg_1", BODY, datetime.now(UTC))
    with pytest.raises(ForgedWebhook):
        verify(SECRET, body.encode("utf-8", "surrogateescape"), headers)


@pytest.mark.parametrize("body", ["[]", "{"])
def test_a_signed_message_that_is_no_object_is_forged(body: str) -> None:
    with pytest.raises(ForgedWebhook):
        verify(SECRET, body.encode(), sign(SECRET, "msg_1", body, datetime.now(UTC)))


def test_a_signed_body_that_goes_deeper_than_any_message_is_forged() -> None:
    body = "[" * 100_000
    with pytest.raises(ForgedWebhook):
        verify(SECRET, body.encode(), sign(SECRET, "msg_1", body, datetime.now(UTC)))
