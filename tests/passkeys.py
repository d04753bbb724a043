"""A device that makes and shows passkeys, in a few lines: what a phone does behind the browser."""

import json
import os
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

ORIGIN = "http://localhost:8700"
FLAGS = AuthenticatorData.FLAG
UNLOCKED = FLAGS.UP | FLAGS.UV  # somebody was there, and it was its owner


@dataclass
class Device:
    """One passkey on one device. `flags`: what it says about who touched it."""

    origin: str = ORIGIN
    house: str = "localhost"
    flags: AuthenticatorData.FLAG = UNLOCKED
    id: bytes = field(default_factory=lambda: os.urandom(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    owner: str = ""

    def _house(self) -> bytes:
        return sha256(self.house.encode()).digest()

    def _said(self, act: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(act, challenge, self.origin)

    def _written(self, response: dict[str, Any]) -> str:
        name = websafe_encode(self.id)
        words = {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}}
        return json.dumps({**words, "response": response})

    def makes(self, asked: dict[str, Any]) -> str:
        """Make the passkey that a page asks for; the credential as the page sends it."""
        public = ES256.from_cryptography_key(self.key.public_key())
        kept = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        about = AuthenticatorData.create(self._house(), self.flags | FLAGS.AT, 0, kept)
        self.owner = asked["publicKey"]["user"]["id"]
        said = self._said("webauthn.create", asked["publicKey"]["challenge"])
        statement = AttestationObject.create("none", about, {})
        return self._written(
            {"clientDataJSON": websafe_encode(said), "attestationObject": websafe_encode(statement)}
        )

    def shows(self, asked: dict[str, Any]) -> str:
        """Sign the challenge of a page."""
        about = AuthenticatorData.create(self._house(), self.flags, 1)
        said = self._said("webauthn.get", asked["publicKey"]["challenge"])
        signature = self.key.sign(about + said.hash, ec.ECDSA(hashes.SHA256()))
        return self._written(
            {
                "clientDataJSON": websafe_encode(said),
                "authenticatorData": websafe_encode(about),
                "signature": websafe_encode(signature),
                "userHandle": self.owner,
            }
        )


def shown_at(browser: Client, address: str, device: Device, **more: str) -> Any:
    """Have a page ask the device, and send what it shows."""
    asked = browser.post(address, more).json()
    return browser.post(address, {"credential": device.shows(asked), **more})
