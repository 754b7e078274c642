"""What a back end keeps on disk between two starts: measured rates and compiled graphs. All of it may be deleted."""

from __future__ import annotations

import contextlib
import hashlib
import os
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from inspector.files import write_bytes, write_text
from inspector.json_file import JsonError, read_model
from inspector.vision.self_test import KnownAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from inspector.vision.manifest import Precision

_MAGIC = b"inspector graph 1\n"
_DIGEST_BYTES = 32
#: Compiled graphs beyond this are removed, the longest unused first.
BLOBS_LIMIT_BYTES = 600_000_000


class _RatesFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format_version: Literal[1] = 1
    key: str
    pictures_per_s: dict[Literal["fp32", "bf16", "fp16", "int8"], Annotated[float, Field(gt=0.0, allow_inf_nan=False)]]


class RateCache:
    """Keeps measured rates as JSON, one file per model and machine; a file that cannot be used is replaced.

    Args:
        folder: The cache folder; made when it is first written to.
        key: What the figures depend on: model, processor, cores, device, version of the inference engine.
    """

    def __init__(self, folder: Path, key: Sequence[str]) -> None:
        self._key = " | ".join(key)
        self.path = folder / "precision" / f"{hashlib.sha256(self._key.encode()).hexdigest()[:32]}.json"

    def read(self) -> dict[Precision, float]:
        """Return the rates; nothing where there are none that can be used."""
        try:
            rates = read_model(self.path, _RatesFile)
        except JsonError:
            return {}
        return dict(rates.pictures_per_s) if rates.key == self._key else {}

    def write(self, rates: Mapping[Precision, float]) -> None:
        """Keep the rates.

        Raises:
            FileError: If the file cannot be written; an old one is untouched.
        """
        write_text(self.path, _RatesFile(key=self._key, pictures_per_s=dict(rates)).model_dump_json(indent=2) + "\n")


class _AnswersFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: Literal[1] = 1
    key: str
    answers: Annotated[tuple[KnownAnswer, ...], Field(min_length=1)]


class AnswerCache:
    """Keeps what a network said of the self-test's pictures as JSON; a file that cannot be used is replaced.

    Args:
        folder: The cache folder; made when it is first written to.
        key: What answers depend on: model, machine, how it computes.
    """

    def __init__(self, folder: Path, key: Sequence[str]) -> None:
        self._key = " | ".join(key)
        self.path = folder / "self-test" / f"{hashlib.sha256(self._key.encode()).hexdigest()[:32]}.json"

    def read(self) -> tuple[KnownAnswer, ...]:
        """Return the answers; nothing where there are none that can be used."""
        try:
            kept = read_model(self.path, _AnswersFile)
        except JsonError:
            return ()
        return kept.answers if kept.key == self._key else ()

    def write(self, answers: Sequence[KnownAnswer]) -> None:
        """Keep the answers.

        Raises:
            FileError: If the file cannot be written; an old one is untouched.
        """
        write_text(self.path, _AnswersFile(key=self._key, answers=tuple(answers)).model_dump_json(indent=2) + "\n")


class BlobCache:
    """Keeps compiled graphs, each with its SHA-256 in front; what does not match is removed and never handed out.

    A damaged graph must not reach the inference engine, which would trust its sizes and offsets and take the process
    down.

    Args:
        folder: The cache folder; made when it is first written to.
        limit_bytes: Largest size of all graphs together.
    """

    def __init__(self, folder: Path, limit_bytes: int = BLOBS_LIMIT_BYTES) -> None:
        self.folder = folder / "graphs"
        self._limit_bytes = limit_bytes

    def path(self, key: Sequence[str]) -> Path:
        """Where the graph with this key lies, or would."""
        return self.folder / f"{hashlib.sha256(' | '.join(key).encode()).hexdigest()[:32]}.blob"

    def read(self, key: Sequence[str]) -> memoryview | None:
        """Return a compiled graph; None where there is none that is whole."""
        path = self.path(key)
        try:
            content = memoryview(path.read_bytes())
        except OSError:
            return None
        start = len(_MAGIC) + _DIGEST_BYTES
        blob = content[start:]
        if content[: len(_MAGIC)] != _MAGIC or hashlib.sha256(blob).digest() != content[len(_MAGIC) : start]:
            self.remove(key)
            return None
        with contextlib.suppress(OSError):  # for what is removed first; not every file system lets us
            os.utime(path)
        return blob

    def write(self, key: Sequence[str], blob: bytes | memoryview) -> None:
        """Keep a compiled graph.

        Raises:
            FileError: If it cannot be written; an old one is untouched.
        """
        write_bytes(self.path(key), _MAGIC + hashlib.sha256(blob).digest(), blob)
        self._tidy()

    def remove(self, key: Sequence[str]) -> None:
        """Remove a graph; nothing happens where it is gone or cannot be removed."""
        with contextlib.suppress(OSError):
            self.path(key).unlink(missing_ok=True)

    def _tidy(self) -> None:
        files = []
        for path in self.folder.glob("*.blob"):
            with contextlib.suppress(OSError):  # another process may tidy too
                state = path.stat()
                files.append((state.st_mtime_ns, state.st_size, path))
        kept = 0
        for _, size, path in sorted(files, reverse=True):
            kept += size
            if kept > self._limit_bytes:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
