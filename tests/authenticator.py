"""A device with passkeys, made of software: it signs real bytes, and lies about them when a test wants it to."""

import hashlib
import json
import os
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

ORIGIN = "http://localhost:8000"
RP_ID = "localhost"

PRESENT, VERIFIED, MADE = 0x01, 0x04, 0x40


class Authenticator:
    """One device with one passkey; its attributes can be changed to what an attacker would send."""

    def __init__(self, *, origin: str = ORIGIN, rp_id: str = RP_ID, count: int = 0, step: int = 1) -> None:
        """Begin with a new key; `step` 0 is a device that does not count, as those that share passkeys."""
        self.origin = origin
        self.rp_id = rp_id
        self.count = count
        self.step = step
        self.flags = PRESENT | VERIFIED
        self.id = os.urandom(32)
        self.handle = b""
        self.key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: dict[str, Any]) -> str:
        """Make a passkey as `navigator.credentials.create` does."""
        self.handle = base64url_to_bytes(options["user"]["id"])
        client_data = self._client_data("webauthn.create", options["challenge"])
        numbers = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._data(MADE) + attested})
        return self._answer({"clientDataJSON": client_data, "attestationObject": attestation})

    def sign(self, options: dict[str, Any]) -> str:
        """Sign a challenge as `navigator.credentials.get` does."""
        self.count += self.step
        client_data, data = self._client_data("webauthn.get", options["challenge"]), self._data()
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": client_data,
                "authenticatorData": data,
                "signature": signature,
                "userHandle": self.handle,
            }
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, more_flags: int = 0) -> bytes:
        rp_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_hash + struct.pack(">BI", self.flags | more_flags, self.count)

    def _answer(self, response: dict[str, bytes]) -> str:
        written = bytes_to_base64url(self.id)
        return json.dumps(
            {
                "id": written,
                "rawId": written,
                "type": "public-key",
                "response": {name: bytes_to_base64url(value) for name, value in response.items()},
            }
        )
