"""Identifiers are made in Python, so nothing has to be flushed to learn one."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A version 7 UUID: unguessable enough for an address, and ordered by time in an index."""
    return uuid7()
