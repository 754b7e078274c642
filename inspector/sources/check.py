"""Whether a source that is typed can deliver: it is there, its password is known, and the trigger suits it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from inspector.domain.config import TriggerMode
from inspector.domain.errors import SourceError
from inspector.domain.source import SourceKind, SourceSpec
from inspector.sources.cameras import library_fault, list_cameras

if TYPE_CHECKING:
    from collections.abc import Callable

_BELT = frozenset({TriggerMode.PART_CROSSING, TriggerMode.PART_SETTLED})
_NOT_FOR_FILES = _BELT | {TriggerMode.EXTERNAL}


def known_cameras() -> set[int] | None:
    """Return the numbers of this computer's cameras; None where only opening each of them would tell."""
    if not sys.platform.startswith("linux"):
        return None
    return {SourceSpec.parse(camera.source).camera for camera in list_cameras()}


def check_source(
    text: str,
    mode: TriggerMode,
    *,
    lacks_password: Callable[[str], bool] = lambda _: False,
    cameras: Callable[[], set[int] | None] = known_cameras,
) -> SourceSpec:
    """Return the source that a text names; touches the disk, and is asked where somebody has typed it.

    Args:
        text: As in a recipe, or a path alone.
        mode: When there is a part.
        lacks_password: Whether the password of an address is not known.
        cameras: The numbers of the cameras that are there; None where that is not known.

    Raises:
        SourceError: If it names none, is not there, or goes with another trigger.
    """
    spec = SourceSpec.parse_present(text)
    check_trigger(spec.kind, mode)
    if spec.kind is SourceKind.FOLDER and not spec.path.is_dir():
        raise SourceError(f"there is no folder {spec.path}", "Make it, connect the share, or correct the path.")
    if spec.kind is SourceKind.VIDEO and not spec.path.is_file():
        raise SourceError(f"there is no file {spec.path}", "Correct the path.")
    if spec.kind is SourceKind.CAMERA and (there := cameras()) is not None and spec.camera not in there:
        listed = ", ".join(str(number) for number in sorted(there)) or "none"
        raise SourceError(
            f"this computer has no camera {spec.camera}; it has {listed}", "Connect it, or choose another one."
        )
    if spec.kind.is_industrial and (fault := library_fault(spec.kind)):
        raise SourceError(*fault)
    if spec.kind is SourceKind.STREAM and lacks_password(spec.place):
        raise SourceError(f"the password of {spec.shown} is not known on this computer", "Type the whole address.")
    return spec


def check_trigger(kind: SourceKind, mode: TriggerMode) -> None:
    """Refuse a trigger for a belt where pictures of a folder are parts already.

    Raises:
        SourceError: If the trigger would wait for what never moves.
    """
    if kind is SourceKind.FOLDER and mode in _NOT_FOR_FILES:
        waits = "parts that move through the view" if mode in _BELT else "a sign of the line"
        raise SourceError(
            f"each picture of a folder is a part, and this trigger waits for {waits}",
            "Let every picture be a part.",
        )
