"""The file of a station's settings: read in spite of what is wrong with it, written with passwords kept apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from inspector.domain.about import fields_of
from inspector.domain.line_outputs import IoOptions
from inspector.domain.secret import MASK, is_masked
from inspector.json_file import JsonAbsentError, JsonError, fault_words, field_fault, read_json
from inspector.passwords import SERVE, Passwords
from inspector.settings import ADDRESSES, Settings, about_setting
from inspector.trail.event import TrailEvent, TrailKind, happened
from inspector.trail.written import look, write_recorded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic import JsonValue
    from pydantic_core import ErrorDetails

#: What is written to, or read from, must not be guessed: where one of these cannot be used, its device is off.
_SWITCHES = {"line_": "line_protocol", "scanner_": "scanner"}

#: What the station says to others, or hears from them.
_NETWORK = ("serve", "forward_to", "publish_to", "pictures_to", "heads_to", "cluster", "line_", "scanner")
_ANEW = "(password typed anew)"


def load_settings(path: Path) -> tuple[Settings, list[str]]:
    """Read the settings; every key that cannot be used is defaulted and reported. A file changed by hand is recorded.

    Args:
        path: The JSON file; it need not exist.

    Returns:
        The settings, and one sentence for each thing that was wrong.
    """
    if path.exists():
        look(path.parent, path)
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
        bad = {_place(data, fault): fault_words(fault) for fault in error.errors() if fault["loc"]}
    kept = {
        key: {sub: own for sub, own in value.items() if f"{key}.{sub}" not in bad} if isinstance(value, dict) else value
        for key, value in data.items()
        if key not in bad
    }
    reports = [_report(key, why) for key, why in bad.items()]
    for begin, switch in _SWITCHES.items():
        if any(key.startswith(begin) and key.partition(".")[0] in Settings.model_fields for key in bad):
            kept.pop(switch, None)
            reports.append(f"“{about_setting(switch).title}” is off, as a setting of it cannot be used: see Settings.")
    settings, further = _tolerant(kept, path) if bad else (Settings(), [f"The settings {path} cannot be used."])
    return settings, reports + further


def _place(data: Mapping[str, object], fault: ErrorDetails) -> str:
    """Return the setting that a fault is in: the field alone where it is one of a group."""
    key, *inner = field_fault(fault)[0].split(".")
    value = data.get(key)
    return f"{key}.{inner[0]}" if inner and isinstance(value, dict) and inner[0] in value else key


def _report(key: str, why: str) -> str:
    """Say what was wrong with a setting; by its name on the Settings page, where it has one."""
    titles = {name: about_setting(name).title for name in Settings.model_fields}
    titles |= {field.path: field.about.title for field in fields_of(IoOptions, path="line_io")}
    if key not in titles:
        return f"The settings' file holds “{key}”, which is no setting; it is left out."
    why = why.removeprefix(key.rpartition(".")[2]).strip()
    return f"The setting “{titles[key] or key}” cannot be used ({why}); its default is in use."


def save_settings(settings: Settings, path: Path) -> Settings:
    """Write the settings; passwords in them are kept apart.

    Returns:
        What was written: ``***`` stands for each password.

    Raises:
        FileError: If the file cannot be written; the old one is untouched.
        TrailError: If the change cannot be recorded; likewise.
        PasswordError: If one cannot be kept, or one that is no longer wanted cannot be deleted.
    """
    passwords, before, typed = Passwords(path.parent), load_settings(path)[0], settings
    if settings.serve_password not in {"", MASK}:
        passwords.keep(SERVE, settings.serve_password)
        settings = settings.model_copy(update={"serve_password": MASK})
    hidden = {name: passwords.hide(getattr(settings, name)) for name in ADDRESSES}
    if any(getattr(settings, name) != text for name, text in hidden.items()):
        settings = settings.model_copy(update=hidden)
    if before.serve_password and not settings.serve_password:
        passwords.forget(SERVE)
    for name, text in hidden.items():
        if is_masked(getattr(before, name)) and getattr(before, name) != text:
            passwords.forget(getattr(before, name))
    text = settings.model_dump_json(indent=2) + "\n"
    write_recorded(path.parent, path, text, *_events(before, settings, typed))
    return settings


def _events(before: Settings, after: Settings, typed: Settings) -> list[TrailEvent]:
    """Return what the trail is told of changed settings: a password that was typed anew, that it was."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    for name in (*ADDRESSES, "serve_password"):
        if getattr(typed, name) != getattr(after, name) and old[name] == new[name]:
            new[name] = f"{new[name]} {_ANEW}"
    events = []
    for kind, on, names in (
        (TrailKind.CHANGEOVER, after.recipe or "the demo line", {"recipe"}),
        (TrailKind.NETWORK, "settings", {name for name in new if name.startswith(_NETWORK)}),
    ):
        events.append(happened(kind, on, before={name: old.pop(name) for name in names}, after=_popped(new, names)))
    events.append(happened(TrailKind.SETTINGS, "settings", before=old, after=new))
    return [event for event in events if event.before or event.after]


def _popped(state: dict[str, JsonValue], names: set[str]) -> dict[str, JsonValue]:
    return {name: state.pop(name) for name in names}
