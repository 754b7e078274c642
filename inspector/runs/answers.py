"""What our own commands say in JSON to the window that has started them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, TypeAdapter

from inspector.json_file import JsonError, parse_model


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class ToldFault(_Answer):
    """What went wrong."""

    what: str
    next_step: str = ""
    words: tuple[str, ...] = ()  #: of folders or a table, which are to be explained


class FaultLine(_Answer):
    """The last line of a command that failed."""

    error: ToldFault


class ImportedModel(_Answer):
    """The answer of ``inspector model import --json``."""

    name: str
    folder: str
    sha256: str


class ServedAt(_Answer):
    """What ``inspector serve --json`` says once it listens."""

    address: str


class AnsweringWorkers(_Answer):
    """What ``inspector cluster test --json`` says."""

    cores: int
    workers: tuple[dict[str, object], ...]


IMPORTED_MODEL = TypeAdapter(ImportedModel)


def told_fault(line: bytes) -> ToldFault | None:
    """Return what a line ``{"error": {"what": …, "next_step": …}}`` says; None where it says something else."""
    try:
        return parse_model(line, FaultLine, where="a line").error
    except JsonError:
        return None
