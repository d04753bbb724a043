"""Volunteering: she tells what she likes, sees at once what it changes, and takes it back."""

from datetime import UTC, datetime

from django.test import Client

from sayso.identity import queries as identity
from sayso.personalisation import queries as personalisation
from sayso.personalisation import services
from sayso.personalisation.services import ItemTold
from tests.centre.conftest import BRAND, Answering


def _shelf() -> None:
    looks = {"p-1": ("Sea quilt", "blue"), "p-2": ("Moss quilt", "green")}
    items = [
        ItemTold(
            item, {"en": title, "zh-Hant": "被"}, {"colour_family": colour, "material": "linen", "warmth": 2}
        )
        for item, (title, colour) in looks.items()
    ]
    services.put_items(BRAND, items)


def _facts(secret: str) -> list[str]:
    device = identity.device_subject(secret)
    assert device is not None
    return [fact.id for fact in personalisation.facts_of(BRAND, [device])]


def test_what_she_likes_changes_her_suggestions_on_the_very_next_page(
    browser: Client, answered: Answering
) -> None:
    _shelf()
    secret = answered(preferences="given")
    assert "Sea quilt" not in browser.get("/centre/data").content.decode()
    page = browser.post(
        "/centre/data/prefer", {"preference": "colour_family=blue", "liking": "1"}, follow=True
    ).content.decode()
    assert "I like: blue" in page
    assert "Sea quilt" in page
    assert "Moss quilt" not in page
    gone = browser.post("/centre/data/take-back", {"fact": _facts(secret)[0]}, follow=True).content.decode()
    assert "I like: blue" not in gone
    assert "Sea quilt" not in gone
    assert _facts(secret) == []


def test_without_her_yes_nothing_she_tells_is_kept(browser: Client, answered: Answering) -> None:
    _shelf()
    secret = answered(preferences="refused")
    page = browser.get("/centre/data").content.decode()
    assert "You can tell us once you say yes to" in page
    said = {"preference": "colour_family=blue", "liking": "1"}
    assert "not kept" in browser.post("/centre/data/prefer", said, follow=True).content.decode()
    assert _facts(secret) == []


def test_only_what_the_catalogue_has_can_be_told(browser: Client, answered: Answering) -> None:
    _shelf()
    secret = answered(preferences="given")
    for told in ("colour_family=<b>", "warmth=2", "colour_family", ""):
        assert browser.post("/centre/data/prefer", {"preference": told, "liking": "1"}).status_code == 422
    said = {"preference": "colour_family=blue", "liking": "9"}
    assert browser.post("/centre/data/prefer", said).status_code == 422
    assert _facts(secret) == []


def test_nobody_takes_back_what_is_somebody_elses(browser: Client, answered: Answering) -> None:
    _shelf()
    secret = answered(preferences="given")
    browser.post("/centre/data/prefer", {"preference": "colour_family=blue", "liking": "1"})
    other = Client()
    other.post("/centre/data/take-back", {"fact": _facts(secret)[0]})
    assert len(_facts(secret)) == 1


def test_a_title_the_brand_wrote_is_shown_as_text(browser: Client, answered: Answering) -> None:
    services.put_items(
        BRAND,
        [ItemTold("p-1", {"en": "<script>alert(1)</script>"}, {"colour_family": "blue", "warmth": 1})],
    )
    answered(preferences="given")
    said = {"preference": "colour_family=blue", "liking": "1"}
    page = browser.post("/centre/data/prefer", said, follow=True).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_the_moment_of_a_told_fact_is_now(browser: Client, answered: Answering) -> None:
    _shelf()
    secret = answered(preferences="given")
    browser.post("/centre/data/prefer", {"preference": "material=linen", "liking": "-1"})
    device = identity.device_subject(secret)
    assert device is not None
    fact = personalisation.facts_of(BRAND, [device])[0]
    assert fact.source == "told"
    assert fact.value["liking"] == -1
    assert abs((datetime.now(UTC) - fact.at).total_seconds()) < 60
