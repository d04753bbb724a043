"""Whatever is sent to the REST interface, it answers as its own description says, and never breaks."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case

from sayso.config.wsgi import application

import_module("sayso.api.urls")  # adds every router
SCHEMA = schemathesis.openapi.from_wsgi("/v1/openapi.json", application)
bounded: Any = settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Keep the test's transaction open from one request to the next, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@SCHEMA.parametrize()
@bounded
def test_with_a_key_it_answers_what_it_describes(case: Case, key: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"})


@SCHEMA.parametrize()
@bounded
def test_without_a_key_it_answers_what_it_describes(case: Case, db: None) -> None:
    case.call_and_validate()
