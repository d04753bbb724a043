"""Only what SAYSO_WITNESSES names, and names rightly, is a witness."""

import pytest

from sayso.consent.log import signing, witnessing
from sayso.core.errors import Misconfigured
from tests.consent import corpus


@pytest.mark.parametrize("text", ["nonsense", "{plain}", ",".join(["{timed}"] * 17)])
def test_witnesses_that_are_none_are_named(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    plain, timed = signing.verifier_keys(corpus.WITNESS, corpus.WITNESSING)
    monkeypatch.setenv("SAYSO_WITNESSES", text.format(plain=plain.text, timed=timed.text))
    with pytest.raises(Misconfigured, match="SAYSO_WITNESSES"):
        witnessing.configured()


def test_spaces_between_witnesses_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    timed = signing.verifier_keys(corpus.WITNESS, corpus.WITNESSING)[1]
    monkeypatch.setenv("SAYSO_WITNESSES", f" {timed.text} , ")
    assert witnessing.configured() == (timed,)
