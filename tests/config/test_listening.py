"""Where the listeners bind: behind a proxy the public address does not say."""

import pytest

from sayso.config.supervisor import need_free_ports, sayso_children
from sayso.core.errors import Misconfigured


def _ports() -> list[str]:
    return [child.command[child.command.index("--port") + 1] for child in sayso_children()[:2]]


def test_they_listen_on_the_port_of_their_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_WEB_ADDRESS", "http://localhost:9100")
    monkeypatch.setenv("SAYSO_EDGE_ADDRESS", "http://localhost:9101")
    assert _ports() == ["9101", "9100"]


def test_behind_a_proxy_they_listen_where_they_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, port in (("WEB", "9200"), ("EDGE", "9201")):
        monkeypatch.setenv(f"SAYSO_{name}_ADDRESS", "https://privacy.example")
        monkeypatch.setenv(f"SAYSO_{name}_PORT", port)
    assert _ports() == ["9201", "9200"]


@pytest.mark.parametrize(
    ("address", "port", "code"),
    [
        ("https://privacy.example", "", "port_missing"),
        ("https://privacy.example", "http", "port_malformed"),
        ("http://localhost:999999", "", "port_malformed"),
    ],
)
def test_without_a_port_one_line_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, address: str, port: str, code: str
) -> None:
    monkeypatch.setenv("SAYSO_WEB_ADDRESS", address)
    monkeypatch.setenv("SAYSO_WEB_PORT", port)
    with pytest.raises(Misconfigured) as found:
        need_free_ports()
    assert found.value.code == code
    assert "SAYSO_WEB_PORT" in found.value.remedy
