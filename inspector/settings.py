"""The station's own settings: frozen, versioned; a bad key is reported and defaulted, never fatal."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from inspector.domain.about import About
from inspector.domain.cluster import checked_cluster
from inspector.domain.database import checked_database
from inspector.domain.devices import ABOUT_DEVICE, ABOUT_PRECISION, DeviceKind, WantedPrecision
from inspector.domain.picture_place import checked_picture_place
from inspector.domain.secret import MASK, is_masked, long_enough
from inspector.domain.text import ADDRESS, ADDRESS_LIST, PERSON, PLACE, STATION
from inspector.files import write_text
from inspector.json_file import JsonAbsentError, JsonError, fault_words, read_json
from inspector.passwords import SERVE, Passwords

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT_VERSION = 1


class Appearance(StrEnum):
    """Colours of the window."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Settings(BaseModel):
    """Settings of one station; what belongs to a product is in its recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format_version: int = FORMAT_VERSION
    station: Annotated[
        str, AfterValidator(STATION.checked), About("Name", description="stands in every row of the log")
    ] = "Station 1"
    recipe: Annotated[
        str,
        AfterValidator(PLACE.checked),
        About("Recipe", description="which is loaded at start", empty="the demo line"),
    ] = ""
    device: Annotated[DeviceKind, ABOUT_DEVICE] = DeviceKind.AUTO
    precision: Annotated[WantedPrecision, ABOUT_PRECISION] = WantedPrecision.AUTO
    log_path: Annotated[str, AfterValidator(PLACE.checked), About("Result log", empty="in the data folder")] = ""
    archive_path: Annotated[str, AfterValidator(PLACE.checked), About("Kept pictures", empty="in the data folder")] = ""
    forward_to: Annotated[
        str,
        AfterValidator(PLACE.checked),
        AfterValidator(checked_database),
        About(
            "Database",
            description="PostgreSQL that takes what is recorded, as postgresql://USER:PASSWORD@HOST/DATABASE",
            empty="nothing is sent",
        ),
    ] = ""
    cluster: Annotated[
        str,
        AfterValidator(PLACE.checked),
        AfterValidator(checked_cluster),
        About(
            "Cluster",
            description="workers that can judge folders, as tls://HOST:8786; local:2 starts two on this computer",
            empty="none",
        ),
    ] = ""
    cluster_certificates: Annotated[
        str,
        AfterValidator(PLACE.checked),
        About("Its certificates", description="folder with ca.pem, cert.pem and key.pem, for tls://", empty="none"),
    ] = ""
    pictures_to: Annotated[
        str,
        AfterValidator(PLACE.checked),
        AfterValidator(checked_picture_place),
        About(
            "Kept pictures to",
            description="folder of many stations, or s3://BUCKET/FOLDER; the database notes where each is",
            empty="they stay here",
        ),
    ] = ""
    appearance: Annotated[Appearance, About("Colours")] = Appearance.SYSTEM
    heatmap_opacity: Annotated[float, About("Heatmap opacity", description="0 to 1", low=0, high=1)] = 0.6
    heatmap_on_pass: Annotated[bool, About("Heatmap on passes too")] = False
    shift_starts: Annotated[
        tuple[int, ...],
        Field(min_length=1, max_length=24),
        About("Shifts start at", description="hours, local time, with commas", low=0, high=23),
    ] = (6, 14, 22)
    serve: Annotated[
        bool,
        About("Page in the browser", description="board, results and pictures to judge, while this window is open"),
    ] = False
    serve_host: Annotated[
        str,
        AfterValidator(ADDRESS.checked),
        About("Address", description="127.0.0.1 is this computer alone; any other needs password, certificate and key"),
    ] = "127.0.0.1"
    serve_port: Annotated[int, About("Port", low=1, high=65535)] = 8765
    serve_names: Annotated[
        str,
        AfterValidator(ADDRESS_LIST.checked),
        About("Names", description="further ones by which browsers call this computer, with commas", empty="none"),
    ] = ""
    serve_password: Annotated[
        str,
        Field(repr=False),
        AfterValidator(long_enough),
        About("Password", description="kept apart from these settings, never shown again", empty="none"),
    ] = ""
    serve_certificate: Annotated[
        str, AfterValidator(PLACE.checked), About("Certificate", description="TLS, with its chain, PEM", empty="none")
    ] = ""
    serve_key: Annotated[
        str, AfterValidator(PLACE.checked), About("Its private key", description="PEM, no pass phrase", empty="none")
    ] = ""
    reviewer: Annotated[
        str,
        AfterValidator(PERSON.checked),
        About("Reviewer", description="who reviewed last at this station", empty="nobody"),
    ] = ""

    @field_validator("*")
    @classmethod
    def _within_limits(cls, value: object, info: ValidationInfo) -> object:
        assert info.field_name is not None
        for about in cls.model_fields[info.field_name].metadata:
            if isinstance(about, About):
                for piece in value if isinstance(value, tuple) else (value,):
                    about.check(info.field_name, piece)
        return value


def about_setting(name: str) -> About:
    """Return what is said of a setting; nothing for one that is none."""
    field = Settings.model_fields.get(name)
    metadata = field.metadata if field is not None else ()
    return next((about for about in metadata if isinstance(about, About)), About())


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
        bad = {str(fault["loc"][0]): fault_words(fault) for fault in error.errors() if fault["loc"]}
    kept = {key: value for key, value in data.items() if key not in bad}
    reports = [_report(key, why) for key, why in bad.items()]
    settings, further = _tolerant(kept, path) if bad else (Settings(), [f"The settings {path} cannot be used."])
    return settings, reports + further


def _report(key: str, why: str) -> str:
    """Say what was wrong with a setting; by its name on the Settings page, where it has one."""
    if key not in Settings.model_fields:
        return f"The settings' file holds “{key}”, which is no setting; it is left out."
    title = about_setting(key).title or key
    return f"The setting “{title}” cannot be used ({why.removeprefix(key).strip()}); its default is in use."


def save_settings(settings: Settings, path: Path) -> Settings:
    """Write the settings; passwords in them are kept apart.

    Returns:
        What was written: ``***`` stands for each password.

    Raises:
        FileError: If the file cannot be written; the old one is untouched.
        PasswordError: If one cannot be kept, or one that is no longer wanted cannot be deleted.
    """
    passwords, before = Passwords(path.parent), load_settings(path)[0]
    if settings.serve_password not in {"", MASK}:
        passwords.keep(SERVE, settings.serve_password)
        settings = settings.model_copy(update={"serve_password": MASK})
    forward_to = passwords.hide(settings.forward_to)
    if forward_to != settings.forward_to:
        settings = settings.model_copy(update={"forward_to": forward_to})
    if before.serve_password and not settings.serve_password:
        passwords.forget(SERVE)
    if is_masked(before.forward_to) and before.forward_to != forward_to:
        passwords.forget(before.forward_to)
    write_text(path, settings.model_dump_json(indent=2) + "\n")
    return settings
