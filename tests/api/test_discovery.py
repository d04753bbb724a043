"""One address is enough: from it an SDK learns the edge, the keys and the whole interface."""

import json
from importlib import import_module
from typing import Any

import httpx
import pytest
from django.test import Client

from sayso import __version__
from sayso.api.application import api
from sayso.consent import receipts
from sayso.consent.log import signing
from tests.deployed import Deployment
from tools import make_docs

import_module("sayso.api.urls")  # adds every router
SCHEMA: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/v1/")))
OPERATIONS = [
    pytest.param(method, path, operation, id=f"{method.upper()} {path}")
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
]


def test_the_one_address_names_the_edge_and_the_version() -> None:
    told = Client().get("/v1/").json()
    assert told == {"edge": "http://localhost:8701", "version": __version__}


def test_a_deployment_names_its_own_edge_and_that_edge_answers(served: Deployment) -> None:
    told = httpx.get(f"{served.web}/v1/").json()
    assert told["edge"] == served.edge
    assert httpx.get(f"{told['edge']}/healthz").status_code == 200


def test_the_keys_to_pin_are_the_public_half_of_what_signs(db: None) -> None:
    told = Client().get("/v1/keys").json()
    assert told == {**receipts.public_keys(), "log": signing.public_keys("localhost:8701/log")}
    (key,) = told["keys"].values()
    assert len(key) == 43  # 32 bytes as base64url


def test_the_key_of_tokens_is_a_jwk_set_of_its_own_with_the_issuers_name(db: None) -> None:
    told = Client().get("/v1/token-keys").json()
    assert told["issuer"] == "http://localhost:8700"
    [key] = told["keys"]
    assert (key["kty"], key["crv"], key["alg"], len(key["x"])) == ("OKP", "Ed25519", "EdDSA", 43)
    assert key["x"] not in receipts.public_keys()["keys"].values()
    assert key["kid"] not in receipts.public_keys()["keys"]


def test_the_interface_describes_itself() -> None:
    assert Client().get("/v1/openapi.json").json() == SCHEMA
    assert SCHEMA["openapi"].startswith("3.")
    assert SCHEMA["info"] == {"title": "Sayso", "version": __version__, "description": ""}
    assert len(OPERATIONS) >= 10


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_endpoint_has_a_summary_a_description_and_a_place_in_the_reference(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    assert operation["summary"]
    assert operation["description"].endswith(".")
    page = (make_docs.REFERENCE / "endpoints.md").read_text()
    assert f"| {method.upper()} | `{path}` | {operation['summary']} |" in page


def test_the_edges_endpoints_stand_in_the_reference_too() -> None:
    page = (make_docs.REFERENCE / "endpoints.md").read_text()
    addresses = [
        "/sayso.js",
        "/healthz",
        "/v1/sites/{site}/banner",
        "/v1/sites/{site}/standing",
        "/v1/sites/{site}/answers",
        "/v1/decide",
        "/v1/uses",
        "/v1/replica",
        "/v1/replica/rows",
        "/v1/replica/lease",
        "/v1/replica/stream",
        "/v1/tokens",
        "/v1/status-lists/{number}",
        "/log/(checkpoint\\|witnessed\\|keys\\|inclusion\\|consistency\\|entries)",
        "/log/cosignature",
    ]
    assert [address for address in addresses if f"`{address}`" not in page] == []
    edge = page.split("## REST")[0]
    assert edge.count("\n| ") == len(addresses) + 2  # with the head of the table
