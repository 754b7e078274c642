"""What files hold, read before they are decoded: from this computer one by one, from a store some of them ahead."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from inspector.domain.errors import FolderAwayError, InspectorError
from inspector.pictures.content import Stamp
from inspector.pictures.decode import read_content
from inspector.pictures.store import StorePath

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

    from inspector.pictures.store import Place

#: So many objects of a store are being fetched at a time by one reader.
_AHEAD = 4


@dataclass(frozen=True, slots=True)
class Held:
    """What a file held, or why it could not be read.

    Args:
        stamp: From before it was read, as `Stamp.sure` returns it; None where it could not be asked for.
        content: Its bytes, or what went wrong.
    """

    stamp: Stamp | None
    content: bytes | InspectorError


def read_held(place: Place) -> Held:
    """Read what a file holds.

    Raises:
        FolderAwayError: If the store does not answer, or its folder is gone.
    """
    if isinstance(place, StorePath):
        try:
            return Held(*place.read())
        except FolderAwayError:
            raise
        except InspectorError as error:
            return Held(None, error)
    stamp = None
    try:
        with contextlib.suppress(OSError, ValueError):  # the content will say why it cannot be read
            stamp = Stamp.of(place.stat()).sure(time.time_ns())  # before it is read: what changes it then shows
        return Held(stamp, read_content(place))
    except InspectorError as error:
        return Held(stamp, error)


def read_all(folder: Place, names: Sequence[str]) -> Iterator[Held]:
    """Read what files of a folder hold, in their order; of a store some are fetched while others are worked on.

    Raises:
        FolderAwayError: As `read_held`.
    """
    return read_places([folder / name for name in names])


def read_places(places: Sequence[Place]) -> Iterator[Held]:
    """Read what files hold, in their order; of a store some are fetched while others are worked on.

    Raises:
        FolderAwayError: As `read_held`.
    """
    if not any(isinstance(place, StorePath) for place in places):
        yield from map(read_held, places)
        return
    left = iter(places)
    with ThreadPoolExecutor(min(_AHEAD, len(places)), thread_name_prefix="store") as pool:
        fetched: deque[Future[Held]] = deque()
        try:
            while True:
                fetched.extend(pool.submit(read_held, place) for place in islice(left, _AHEAD - len(fetched)))
                if not fetched:
                    return
                yield fetched.popleft().result()
        finally:
            for future in fetched:
                future.cancel()
