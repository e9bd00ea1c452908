"""Digests of plain values, and of digests."""

from __future__ import annotations

from hashlib import blake2b

_BYTES = 20

#: Types of values that are told apart by how Python writes them.
PLAIN = frozenset({type(None), bool, int, float, complex, str, bytes, range, type(...)})


class UnknownError(Exception):
    """It cannot be told of something whether it stays the same; says of what."""


def plain_digest(value: object) -> bytes:
    """Digest a value of one of the `PLAIN` types: 1, 1.0 and True are three."""
    return mixed("plain", type(value).__name__, repr(value))


def mixed(*parts: bytes | str) -> bytes:
    """Digest parts in their order; no two lists of parts run into one."""
    mixture = blake2b(digest_size=_BYTES)
    for part in parts:
        written = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        mixture.update(b"%d:" % len(written))
        mixture.update(written)
    return mixture.digest()
