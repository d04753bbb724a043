from typing import Any

import pytest

from sayso.core.errors import Invalid, NotFound
from sayso.deployment.yaml import read_yaml
from sayso.inventory import queries, services
from tests.linen import BRAND

pytestmark = pytest.mark.django_db
SHOP = read_yaml(BRAND / "systems" / "shop.yaml")
PARTNER = read_yaml(BRAND / "systems" / "brightside.yaml")


@pytest.fixture
def entered() -> None:
    for document in (PARTNER, SHOP):
        services.register_system("linen-and-loom", document)


@pytest.mark.usefixtures("entered")
def test_the_brands_own_systems_stand_before_those_of_others() -> None:
    assert [system.id for system in queries.systems_of("linen-and-loom")] == ["shop", "brightside"]
    assert queries.systems_of("linen-and-loom") == queries.all_systems()
    assert [system.id for system in queries.systems_of_recipient("brightside")] == ["brightside"]
    assert queries.system("shop").country == "IE"


@pytest.mark.usefixtures("entered")
def test_every_category_says_where_it_is_kept_why_and_what_an_erasure_does() -> None:
    places = queries.places_of("linen-and-loom")
    assert {place.system for place in places["purchases"]} == {"shop", "brightside"}
    [told] = [place for place in places["purchases"] if place.recipient == "brightside"]
    assert (told.purpose, told.country) == ("pass_on", "US")
    kept = [place for place in places["payment"] if place.on_erasure == "keep"]
    assert kept
    assert all(place.law and "section 84" in place.law["en"] for place in kept)
    assert all(place.shared for place in places["address"] if place.table == "addresses")
    assert "name" in {place.column for place in places["name"]}


@pytest.mark.usefixtures("entered")
def test_entering_a_system_again_replaces_its_entry() -> None:
    services.register_system("linen-and-loom", {**PARTNER, "country": "IE"})
    assert queries.system("brightside").country == "IE"
    assert len(queries.all_systems()) == 2


def test_an_unknown_system_is_not_found() -> None:
    with pytest.raises(NotFound):
        queries.system("nowhere")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"secret": "whsec_abc"}, "secret_in_configuration"),
        ({"tables": {"a": [{"api_key": "abc"}]}}, "secret_in_configuration"),
        ({"url": "postgresql://shop:pw@db/shop"}, "secret_in_configuration"),
        ({"title": ""}, "invalid_system"),
        ({"system": "../shop"}, "invalid_system"),
        ({"kind": None}, "invalid_system"),
    ],
)
def test_a_file_with_a_secret_or_without_its_name_is_refused(more: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.register_system("linen-and-loom", {**PARTNER, **more})
    assert refused.value.code == code
    assert queries.all_systems() == []
