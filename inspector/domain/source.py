"""Sources: the kinds there are, and what names one, as ``camera:0`` or ``folder:incoming``."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Self

from inspector.domain.errors import SourceError
from inspector.domain.secret import is_bare_address, masked

_SCHEMES = ("rtsp://", "rtsps://", "rtmp://", "http://", "https://")
_VIDEOS = frozenset({".mp4", ".avi", ".mkv", ".mov", ".m4v", ".webm", ".mjpg", ".mpg", ".mpeg", ".wmv"})
_MOST_CAMERAS = 1000
_LONGEST = 2000
_STORE = re.compile(r"\b(s3a?|gs|gcs|abfss?|az)://")
_NOT_IN_ADDRESSES = re.compile(r"[\s\"“”\x00-\x1f\x7f]")
_LONGEST_LABEL = 28


class SourceKind(Enum):
    """Where pictures come from."""

    CAMERA = "camera"
    GENICAM = "genicam"
    ARAVIS = "aravis"
    BASLER = "basler"
    VIDEO = "video"
    STREAM = "stream"
    FOLDER = "folder"
    DEMO = "demo"

    @property
    def form(self) -> str:
        """How one is written: ``camera:N``."""
        return _ABOUT[self].form

    @property
    def example(self) -> str:
        """One that could work."""
        return _ABOUT[self].example

    @property
    def description(self) -> str:
        """What it is."""
        return _ABOUT[self].description

    @property
    def is_live(self) -> bool:
        """True where pictures come by themselves, and one that is not taken is gone; False where files are read."""
        return self.is_device or self is SourceKind.DEMO

    @property
    def is_device(self) -> bool:
        """True where hardware delivers: a camera here or in the network."""
        return self.is_industrial or self in {SourceKind.CAMERA, SourceKind.STREAM}

    @property
    def is_industrial(self) -> bool:
        """True for a camera that is set by its features' standard names (GenICam)."""
        return self in {SourceKind.GENICAM, SourceKind.ARAVIS, SourceKind.BASLER}

    @property
    def is_path(self) -> bool:
        """True where the place is a path on this computer."""
        return self in {SourceKind.VIDEO, SourceKind.FOLDER}


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    form: str
    description: str
    example: str


_ABOUT = {
    SourceKind.CAMERA: _About(form="camera:N", description="the camera with number N, from 0", example="camera:0"),
    SourceKind.GENICAM: _About(
        form="genicam:SERIAL",
        description="an industrial camera by its serial number, through a GenTL producer (.cti)",
        example="genicam:40012345",
    ),
    SourceKind.ARAVIS: _About(
        form="aravis:SERIAL",
        description="an industrial camera by its serial number, on Linux, by the distribution's library",
        example="aravis:40012345",
    ),
    SourceKind.BASLER: _About(
        form="basler:SERIAL",
        description="a camera of Basler by its serial number, by its maker's library",
        example="basler:40012345",
    ),
    SourceKind.VIDEO: _About(form="video:PATH", description="a video file", example="video:line.mp4"),
    SourceKind.STREAM: _About(
        form="rtsp://…",
        description="a network stream (also rtsps, rtmp, http, https)",
        example="rtsp://user:password@192.168.1.20/stream1",
    ),
    SourceKind.FOLDER: _About(
        form="folder:PATH", description="a watched folder of pictures", example="folder:incoming"
    ),
    SourceKind.DEMO: _About(form="demo:", description="the built-in demo line", example="demo:"),
}
_FORMS = [kind.form for kind in SourceKind]
#: How sources are written, for a help or a hint.
FORMS = f"{', '.join(_FORMS[:-1])} or {_FORMS[-1]}"


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as it is named in a recipe or on a command line; `str` gives the text.

    Args:
        place: A camera's number, a path, a stream's address; empty for the demo line.
        bare: Only a path was written. Whether it is a folder must still be seen.
    """

    kind: SourceKind
    place: str = ""
    bare: bool = field(default=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the source that a text names; nothing is looked up.

        Args:
            text: A form of `SourceKind`, or a path alone: a video by its suffix, else a folder.

        Raises:
            SourceError: If it names none.
        """
        text = text.strip(" ")
        word, _, place = text.partition(":")
        kind = next((kind for kind in SourceKind if kind.value == word.lower() and ":" in text), None)
        if "\x00" in text:
            raise _unknown(text)
        _check_text(text)
        if text.lower().startswith(_SCHEMES):
            _check_address(text)
            return cls(SourceKind.STREAM, text)
        if not text or "://" in text:
            raise _unknown(text)
        if kind is None or kind is SourceKind.STREAM:
            if meant := _misspelled(text):
                raise _unknown(text, meant)
            is_video = Path(text).suffix.lower() in _VIDEOS
            return cls(SourceKind.VIDEO if is_video else SourceKind.FOLDER, text, bare=True)
        if not _is_place(kind, place):
            raise _unknown(text)
        return cls(kind, str(int(place)) if kind is SourceKind.CAMERA else place)

    @classmethod
    def parse_present(cls, text: str) -> Self:
        """Return the source that a text names; a path alone must be a video's, or a folder that is there.

        Raises:
            SourceError: If it names none.
        """
        spec = cls.parse(text)
        if spec.bare and spec.kind is SourceKind.FOLDER and not spec.path.is_dir():
            raise _unknown(text)
        return spec

    def __str__(self) -> str:
        if self.kind is SourceKind.STREAM:
            return self.place
        return f"{self.kind.value}:{self.place}"

    @property
    def path(self) -> Path:
        """Where a video or a folder lies."""
        return Path(self.place).expanduser()

    @property
    def camera(self) -> int:
        """A camera's number."""
        return int(self.place)

    def absolute(self) -> Self:
        """Return it as it is found from any folder."""
        return replace(self, place=str(self.path.absolute())) if self.kind.is_path else self

    @property
    def shown(self) -> str:
        """The text as it may be shown and recorded: without passwords and tokens, ``rtsp://user:***@host/…``."""
        return masked(self.place) if self.kind is SourceKind.STREAM else str(self)

    @property
    def label(self) -> str:
        """Its name where there is little room, as “Camera 0”, “folder parts” or “stream 192.168.1.20”."""
        if self.kind is SourceKind.DEMO:
            return "Demo line"
        if self.kind is SourceKind.CAMERA:
            return f"Camera {self.place}"
        if self.kind is SourceKind.STREAM:
            host = self.shown.partition("://")[2].partition("/")[0].rpartition("@")[2]  # a password may hold / and @
            return f"stream {host}"[:_LONGEST_LABEL]
        return f"{self.kind.value} {self.path.name}" if self.kind.is_path else self.shown[:_LONGEST_LABEL]


#: The built-in line of drawn parts.
DEMO = SourceSpec(SourceKind.DEMO)


def kind_of(text: str) -> SourceKind | None:
    """Return the kind of source that a text names; None where it names none."""
    try:
        return SourceSpec.parse(text).kind
    except SourceError:
        return None


def is_live(text: str) -> bool:
    """Return whether a text names a source whose pictures come by themselves; see `SourceKind.is_live`."""
    kind = kind_of(text)
    return kind is not None and kind.is_live


def label_of(text: str) -> str:
    """Return what a source is called where there is little room; of what names none, the text's begin."""
    try:
        return SourceSpec.parse(text).label
    except SourceError:
        return masked(text)[:_LONGEST_LABEL]


def shown(text: str) -> str:
    """Return a source's text without passwords and tokens, also of what names none."""
    try:
        spec = SourceSpec.parse(text)
    except SourceError:
        return masked(text)
    return text if spec.bare else spec.shown


def _is_place(kind: SourceKind, place: str) -> bool:
    if kind is SourceKind.CAMERA:
        return place.isascii() and place.isdecimal() and int(place) < _MOST_CAMERAS
    return not place if kind is SourceKind.DEMO else bool(place)


def _check_text(text: str) -> None:
    """Refuse what no path and no address can hold."""
    if len(text) > _LONGEST:
        raise SourceError(f"a source has at most {_LONGEST} characters, got {len(text)}", "Correct the source.")
    bad = next((char for char in text if ord(char) < 32 or ord(char) == 127 or 0xD800 <= ord(char) <= 0xDC7F), None)
    if bad is not None:
        raise SourceError(f"a source holds no control character, got U+{ord(bad):04X}", "Type the source anew.")


def _check_address(text: str) -> None:
    if bad := _NOT_IN_ADDRESSES.search(text):
        code = "".join(f"%{byte:02X}" for byte in bad[0].encode())
        raise SourceError(
            f"the address {masked(text)} holds a space or a quotation mark", f"Write it as {code} in the address."
        )


def _misspelled(text: str) -> str:
    """Return what was meant by a text that looks like a source of another kind than a path; empty where it does not."""
    if is_bare_address(text):
        return SourceKind.STREAM.form
    word, colon, _ = text.partition(":")
    names = {kind.value: kind.form for kind in SourceKind if kind is not SourceKind.STREAM}
    near = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.75) if colon and word.isalpha() else []
    return names[near[0]] if near else ""


def _unknown(text: str, meant: str = "") -> SourceError:
    hint = f"Did you mean {meant}?" if meant else "Correct the source."
    if _STORE.search(text):
        hint = "Pictures in an object store are judged by: inspector batch ADDRESS"
    return SourceError(f"“{masked(text)}” names no source; known are {', '.join(_FORMS)}", hint)
