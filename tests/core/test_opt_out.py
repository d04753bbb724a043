"""What an opt-out stops, and what goes on because a contract or the law asks for it."""

import csv
from pathlib import Path

import pytest

from sayso.core.consent import Published
from sayso.core.opt_out import MARKETING, Scope, blocked, covered, covered_by_signal
from sayso.core.vocabulary import DPV
from tests import linen
from tests.linen import ADS, LEARN, ORDERS, PASS_ON, PURCHASES

LETTERS = "newsletter.contact.use.self"
PURPOSES = Path(__file__).parent / "data" / "dpv-purposes.csv"


@pytest.fixture(scope="module")
def published() -> Published:
    return linen.publish(linen.document())


@pytest.mark.parametrize(
    ("scope", "stopped"),
    [
        (Scope.SELL, []),
        (Scope.SHARE_ADS, [PASS_ON, ADS]),
        (Scope.MARKETING, [PASS_ON, LETTERS, ADS]),
        (Scope.SENSITIVE, []),
    ],
)
def test_each_scope_stops_what_its_law_names(published: Published, scope: Scope, stopped: list[str]) -> None:
    assert covered(published.notice, frozenset({scope})) == stopped


def test_selling_is_stopped_wherever_it_is_listed() -> None:
    source = linen.document()
    choice = linen.purpose(source, "learn")["choices"][0]
    choice["id"] = "learn.purchases.sell.brightside"
    notice = linen.publish(source).notice
    assert covered(notice, frozenset({Scope.SELL})) == [choice["id"]]
    assert covered_by_signal(notice, choice["id"])


def test_limiting_sensitive_data_stops_every_use_that_rests_on_a_yes() -> None:
    source = linen.document()
    source["categories"]["purchases"]["sensitive"] = True
    for purpose in source["purposes"]:
        purpose["explicit"] = any(".purchases." in choice["id"] for choice in purpose["choices"])
    notice = linen.publish(source).notice
    assert {PURCHASES, LEARN, PASS_ON} <= set(covered(notice, frozenset({Scope.SENSITIVE})))
    assert not blocked(notice, ORDERS, frozenset(Scope))  # what was bought is still sent


def test_the_signal_speaks_of_selling_and_of_adverts_across_sites_only(published: Published) -> None:
    spoken_of = [choice for choice in published.choice_ids() if covered_by_signal(published.notice, choice)]
    assert spoken_of == [PASS_ON, ADS]
    assert not covered_by_signal(published.notice, "ads.browsing.share_ads.nobody")


def test_no_opt_out_stops_what_is_not_listed_or_owed(published: Published) -> None:
    assert not blocked(published.notice, "gossip.purchases.sell.brightside", frozenset(Scope))
    assert not blocked(published.notice, ORDERS, frozenset(Scope))


def test_marketing_is_what_the_data_privacy_vocabulary_calls_so() -> None:
    with PURPOSES.open(encoding="utf-8") as file:
        parents = {row["iri"]: row["parents"].split(";") for row in csv.DictReader(file)}

    def is_marketing(iri: str) -> bool:
        return iri == f"{DPV}Marketing" or any(is_marketing(parent) for parent in parents.get(iri, []))

    assert {iri for iri in parents if is_marketing(iri)} == MARKETING
