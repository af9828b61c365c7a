"""Authenticated encryption of what patients and staff write, bound to the row it belongs to.

A sealed value is `key id (4) | nonce (12) | AES-256-GCM ciphertext and tag`. The bound data (table,
row, patient) is authenticated but not stored, so a ciphertext moved to another row does not open.
"""

import hashlib
import os
from collections.abc import Sequence
from typing import Any

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

log = structlog.get_logger()

UNREADABLE = "(These words cannot be read here. Their key is missing.)"
KEY_ID_LENGTH = 4
NONCE_LENGTH = 12


class CannotOpen(Exception):
    """The value was sealed with a key we do not hold, or belongs to another row."""


class Vault:
    """Seals with the first key and opens with any of them; also holds the audit chain's key."""

    def __init__(self, keys: Sequence[str], audit_secret: str = "") -> None:
        if not keys:
            raise ValueError("at least one encryption key is needed")
        ciphers = [_derive(key) for key in keys]
        self.first_id, self._first = ciphers[0]
        self._ciphers = dict(reversed(ciphers))
        self.audit_key = hashlib.sha256(b"audit chain" + audit_secret.encode()).digest()

    @property
    def key_ids(self) -> frozenset[bytes]:
        """What values begin with that we can open."""
        return frozenset(self._ciphers)

    def seal(self, text: str, *bound: object) -> bytes:
        return self.seal_bytes(text.encode(), *bound)

    def seal_bytes(self, data: bytes, *bound: object) -> bytes:
        nonce = os.urandom(NONCE_LENGTH)
        return self.first_id + nonce + self._first.encrypt(nonce, data, _join(bound))

    def open(self, sealed: bytes, *bound: object) -> str:
        return self.open_bytes(sealed, *bound).decode()

    def words(self, sealed: bytes, *bound: object) -> str:
        """What is shown to people. One value that cannot be opened must not hide all the others."""
        try:
            return self.open(sealed, *bound)
        except CannotOpen:
            log.exception("sealing.cannot_open", table=str(bound[0]))
            return UNREADABLE

    def open_bytes(self, sealed: bytes, *bound: object) -> bytes:
        key_id, rest = sealed[:KEY_ID_LENGTH], sealed[KEY_ID_LENGTH:]
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise CannotOpen("no encryption key with this id is configured")
        try:
            return cipher.decrypt(rest[:NONCE_LENGTH], rest[NONCE_LENGTH:], _join(bound))
        except InvalidTag as error:
            raise CannotOpen("this value does not belong to this row") from error


def seal(session: Any, text: str, *bound: object) -> bytes:
    """Seal with the vault the session carries; bound = (table, row id, patient id)."""
    vault: Vault = session.info["vault"]
    return vault.seal(text, *bound)


def unseal(session: Any, sealed: bytes, *bound: object) -> str:
    vault: Vault = session.info["vault"]
    return vault.open(sealed, *bound)


def unseal_words(session: Any, sealed: bytes, *bound: object) -> str:
    vault: Vault = session.info["vault"]
    return vault.words(sealed, *bound)


def _derive(key: str) -> tuple[bytes, AESGCM]:
    secret = HKDF(SHA256(), length=32, salt=None, info=b"portal sealing v1").derive(key.encode())
    return hashlib.sha256(b"key id" + secret).digest()[:KEY_ID_LENGTH], AESGCM(secret)


def _join(bound: tuple[object, ...]) -> bytes:
    # The separator cannot occur in a table name or a UUID, so no two bindings read alike.
    return "\x1f".join(str(part) for part in bound).encode()
