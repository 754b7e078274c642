"""Drawing parts at random, by the hash of their identifier: the same parts whoever draws them, and whenever."""

from __future__ import annotations

import hashlib

#: Which passes are kept by the archive; an audit draws with a salt of its own, so that the two are independent.
KEPT = "kept"


def draw(identifier: str, salt: str) -> float:
    """Return a number of [0, 1) that is uniform over identifiers, and always the same for one and a salt.

    Args:
        identifier: Id of an inspection.
        salt: Numbers of different salts are independent.
    """
    digest = hashlib.sha256(f"{salt}:{identifier}".encode("utf-8", "backslashreplace")).digest()
    return int.from_bytes(digest[:6], "big") / (1 << 48)


def is_kept_pass(identifier: str, one_in: int) -> bool:
    """Return whether a passed part is one of those of which a picture is kept: each with the chance of 1 in n.

    Every n-th part would not do: parts come in turns (four nests of a mould, eight of a carousel), and every n-th could
    be of the same nest. Kept with 1 in n is also kept with 1 in any smaller n.
    """
    return draw(identifier, KEPT) * one_in < 1.0
