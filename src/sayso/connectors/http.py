"""The one way out: an HTTP client that cannot be talked into reaching our own network.

The name is resolved once, every address it has must be public, and the connection goes to the address that
was checked (a second resolution could answer otherwise). No redirects, no proxies, a limit on size and time.
"""

import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

import httpx

from sayso.connectors.base import Impossible, NotNow
from sayso.deployment import env

MAX_BYTES = 64 * 1024
SECONDS = 10.0
_PORTS = {"http": 80, "https": 443}
# What Python's `is_global` lets through and still ends inside: IPv4 written as IPv6 (RFC 4291, 2765, 6052,
# 8215), old site-local addresses (RFC 3879), and the protocol block where a cloud keeps its metadata.
_INWARD = tuple(
    map(
        ipaddress.ip_network,
        ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "fec0::/10", "192.0.0.0/24"),
    )
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status, headers in lower case, at most 64 KiB of body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def _allowed() -> set[str]:
    return {pair.strip().lower() for pair in env.text("SAYSO_OUTBOUND_ALLOW").split(",") if pair.strip()}


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address)
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    inward = any(found in network for network in _INWARD)
    return found.is_global and not found.is_multicast and not inward and (inner is None or inner.is_global)


def _resolve(host: str, port: int) -> list[str]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as broken:
        raise NotNow("The address of this system does not resolve.") from broken
    return [str(answer[4][0]) for answer in answers]


def _read_address(url: str) -> tuple[SplitResult, str, int]:
    remedy = "Write http:// or https:// with a host and no password."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as wrong:
        raise Impossible("address_refused", "This address cannot be read.", remedy) from wrong
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        raise Impossible("address_refused", "This address is not one we send to.", remedy)
    return parts, host, port


def _checked(host: str, port: int) -> str:
    """Give the address to connect to: the first one, once all of them may be reached."""
    addresses = _resolve(host, port)
    if f"{host}:{port}".lower() not in _allowed() and not all(map(_is_public, addresses)):
        remedy = "Send to a public host, or name this host:port in SAYSO_OUTBOUND_ALLOW."
        raise Impossible("address_refused", "This address belongs to an internal network.", remedy)
    return addresses[0]


def _pinned(parts: SplitResult, address: str, port: int) -> str:
    host = f"[{address}]" if ":" in address else address
    return urlunsplit((parts.scheme, f"{host}:{port}", parts.path or "/", parts.query, ""))


def _read(response: httpx.Response, until: float) -> Reply:
    body = b""
    for chunk in response.iter_bytes(8192):
        body += chunk
        if len(body) > MAX_BYTES or time.monotonic() > until:
            raise NotNow("The answer was too long, or took too long.")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, body)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """Send bytes to an address and give the reply, whatever its status.

    Raises `Impossible` with code `address_refused` and `NotNow` when nothing usable comes back in ten seconds.
    """
    parts, host, port = _read_address(url)
    address = _checked(host, port)
    sent = {**headers, "host": parts.netloc, "accept-encoding": "identity", "user-agent": "Sayso"}
    until = time.monotonic() + SECONDS
    try:
        with (
            httpx.Client(trust_env=False, follow_redirects=False, timeout=SECONDS) as client,
            client.stream(
                "POST",
                _pinned(parts, address, port),
                content=body,
                headers=sent,
                extensions={"sni_hostname": host},
            ) as response,
        ):
            return _read(response, until)
    except httpx.HTTPError as broken:
        raise NotNow("The system does not answer.") from broken
