"""What the tests of the Python SDK's gate share."""

from collections.abc import Iterator

import pytest

from tests.sdk_python.wire import Wire


@pytest.fixture(scope="session")
def running_wire() -> Iterator[Wire]:
    """Give an edge whose process every test shares, as long as it lives."""
    edge = Wire()
    yield edge
    edge.kill()


@pytest.fixture
def wire(running_wire: Wire) -> Wire:
    """Give an edge that knows nobody yet."""
    running_wire.start()
    return running_wire
