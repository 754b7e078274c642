"""The station's own settings: frozen, versioned; a bad key is reported and defaulted, never fatal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inspector.files import write_text
from inspector.json_file import JsonAbsentError, JsonError, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT_VERSION = 1


class Settings(BaseModel):
    """Settings of one station; what belongs to a product is in its recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = FORMAT_VERSION
    station: Annotated[str, Field(min_length=1, max_length=60, description="name of this station")] = "Station 1"
    recipe: Annotated[str, Field(description="recipe that is loaded at start; empty: the demo line")] = ""
    device: Annotated[Literal["auto", "cpu", "cuda", "gpu", "npu"], Field(description="where the network runs")] = (
        "auto"
    )
    precision: Annotated[
        Literal["auto", "fp32", "bf16", "int8"],
        Field(description="how exactly the network computes; auto: the fastest here that passed the model's gate"),
    ] = "auto"
    log_path: Annotated[str, Field(description="result log; empty: in the data folder")] = ""
    archive_path: Annotated[str, Field(description="folder of kept pictures; empty: in the data folder")] = ""
    appearance: Annotated[Literal["system", "light", "dark"], Field(description="colours")] = "system"
    heatmap_opacity: Annotated[float, Field(ge=0, le=1, description="opacity of the heatmap")] = 0.6
    heatmap_on_pass: Annotated[bool, Field(description="show the heatmap on PASS too")] = False
    shift_starts: Annotated[
        tuple[Annotated[int, Field(ge=0, le=23)], ...],
        Field(min_length=1, description="hours at which shifts start, local"),
    ] = (6, 14, 22)
    reviewer: Annotated[str, Field(max_length=80, description="who reviewed last at this station")] = ""


def load_settings(path: Path) -> tuple[Settings, list[str]]:
    """Read the settings; every key that cannot be used is defaulted and reported.

    Args:
        path: The JSON file; it need not exist.

    Returns:
        The settings, and one sentence for each thing that was wrong.
    """
    try:
        data = read_json(path)
    except JsonAbsentError:
        return Settings(), []
    except JsonError as error:
        return Settings(), [f"The settings {error.what}; the defaults are in use."]
    if not isinstance(data, dict):
        return Settings(), [f"The settings {path} are not a JSON object; the defaults are in use."]
    return _tolerant(data, path)


def _tolerant(data: Mapping[str, object], path: Path) -> tuple[Settings, list[str]]:
    try:
        return Settings.model_validate(data), []
    except ValidationError as error:
        bad = {str(fault["loc"][0]): fault["msg"] for fault in error.errors() if fault["loc"]}
    kept = {key: value for key, value in data.items() if key not in bad}
    reports = [f"The setting “{key}” cannot be used ({why}); its default is in use." for key, why in bad.items()]
    settings, further = _tolerant(kept, path) if bad else (Settings(), [f"The settings {path} cannot be used."])
    return settings, reports + further


def save_settings(settings: Settings, path: Path) -> None:
    """Write the settings.

    Raises:
        FileError: If the file cannot be written; the old one is untouched.
    """
    write_text(path, settings.model_dump_json(indent=2) + "\n")
