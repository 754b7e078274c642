"""What ``inspector doctor`` looks at; each check says what it found, none stops the others, and none tells a secret."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil

from inspector import __version__
from inspector.assembly import load_classifier, open_log
from inspector.domain.causes import cause_of
from inspector.domain.counts import counted
from inspector.domain.errors import InspectorError, SourceError
from inspector.domain.listening import DOORWAYS
from inspector.domain.records import Frame
from inspector.domain.secret import redacted
from inspector.domain.source import SourceSpec
from inspector.domain.source_options import SourceOptions
from inspector.outputs.base import LogQuery
from inspector.outputs.export import summary
from inspector.outputs.lock import lock_holder, lock_path
from inspector.outputs.users_record import book_of
from inspector.passwords import Passwords
from inspector.paths import Home
from inspector.people.roles import Role
from inspector.programs import has_trainer, is_packaged
from inspector.sources.cameras import list_every_camera
from inspector.sources.factory import open_source
from inspector.vision.backends import list_devices
from inspector.vision.benchmark.machine import describe_machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.assembly import Places
    from inspector.recipes.recipe import Recipe
    from inspector.settings import Settings
    from inspector.vision.benchmark.records import Machine

_GRAB_WITHIN_S = 12.0
_JUDGE_FOR_S = 1.0
_LOW_DISK_GB = 2.0
_EVENTS = 3
_KEPT = 1000


class State(StrEnum):
    """How a check came out."""

    OK = "ok"
    NOTE = "note"  #: worth knowing
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the examination.

    Args:
        name: Of the thing that is checked, as ``log``.
        result: One line: the values that were read, or the error.
        next_step: What to do; empty where there is nothing.
    """

    name: str
    state: State
    result: str
    next_step: str = ""


def without_secrets(text: str) -> str:
    """Return a text without users and passwords in addresses, and with the user's folder as ``~``."""
    text = redacted(text, users=False)
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def examine(where: Places, settings: Settings, faults: list[str], recipe: Recipe | InspectorError) -> Iterator[Check]:
    """Look at everything, one after the other; nothing is inspected, recorded or changed.

    Args:
        where: Data folder, log and archive.
        faults: What is wrong with the settings' file.
        recipe: The station's recipe, or why there is none.
    """
    machine = describe_machine()
    yield _program(machine)
    yield _computer(machine)
    yield from _guarded("devices", _devices)
    for fault in faults:
        yield Check(name="settings", state=State.FAULT, result=fault, next_step="Apply the settings once more.")
    yield _listening(settings)
    yield from _guarded("users", lambda: _users(where.home))
    yield from _guarded("data folder", lambda: _folder("data folder", where.home.root))
    yield from _guarded("pictures", lambda: _folder("pictures", where.archive))
    yield from _guarded("log", lambda: _log(where.log))
    if isinstance(recipe, InspectorError):
        yield Check(name="recipe", state=State.FAULT, result=recipe.what, next_step=recipe.next_step)
    else:
        yield _recipe(recipe)
        yield from _guarded("model", lambda: _model(where, settings, recipe))
    cameras = _cameras(recipe)
    for source, words, options in cameras:
        yield from _guarded("camera", partial(_grab, where, source, words, options))
    if not cameras:
        yield Check(name="camera", state=State.NOTE, result="this computer lists no camera")


def _guarded(name: str, look: Callable[[], Check]) -> Iterator[Check]:
    try:
        yield look()
    except InspectorError as error:
        yield Check(name=name, state=State.FAULT, result=error.what, next_step=error.next_step)
    except Exception as error:  # noqa: BLE001 - a support person wants the other lines all the more
        yield Check(name=name, state=State.FAULT, result=f"unexpected {type(error).__name__}: {cause_of(error)}")


def _program(machine: Machine) -> Check:
    kind = f"packaged {'with' if has_trainer() else 'without'} the trainer" if is_packaged() else "from source"
    with_libraries = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    return Check(name="program", state=State.OK, result=f"Inspector {__version__}, {kind}; {with_libraries}")


def _computer(machine: Machine) -> Check:
    memory = psutil.virtual_memory()
    free = f"{memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB memory free"
    words = f"{machine.system}; {machine.processor}, {machine.cores} cores; {free}"
    return Check(name="computer", state=State.OK, result=words)


def _devices() -> Check:
    listed = "; ".join(
        f"{device.name} ({device.description.strip()}, {'/'.join(device.precisions)})" for device in list_devices()
    )
    if not listed:
        return Check(name="devices", state=State.FAULT, result="none", next_step="Install the program again.")
    return Check(name="devices", state=State.OK, result=listed)


def _listening(settings: Settings) -> Check:
    """Say what others can connect to by the settings, and what could be turned on."""
    on, off, asked = [], [], []
    for doorway in DOORWAYS:
        if not doorway.setting:
            asked.append(doorway.name)
        elif getattr(settings, doorway.setting) not in doorway.values:
            off.append(doorway.name)
        else:
            host, port = (getattr(settings, name) for name in doorway.places or ())
            on.append(f"{doorway.name} at {host}:{port or doorway.port}")
    words = (
        f"by the settings: {', '.join(on) or 'nothing'}; off: {', '.join(off)}; only when asked for: {', '.join(asked)}"
    )
    return Check(name="listens", state=State.NOTE if on else State.OK, result=words)


def _users(home: Home) -> Check:
    """Say whether users are on; a file that cannot be read is a fault, as nobody can sign in."""
    book = book_of(home).read()
    if not book.on:
        return Check(name="users", state=State.OK, result="off: nobody signs in")
    roles = Counter(user.role for user in book.users if not user.disabled)
    counts = ", ".join(counted(roles[role], role.value) for role in Role if roles[role])
    return Check(name="users", state=State.OK, result=f"on: {counts}")


def _folder(name: str, folder: Path) -> Check:
    """Try to write where the station would; a folder that is not there yet is judged by the one that would hold it."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free_gb = shutil.disk_usage(there).free / 1e9
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        return Check(
            name=name,
            state=State.FAULT,
            result=f"{folder} cannot be written: {cause_of(error)}",
            next_step="Give this user the right to write there, or choose another folder in Settings.",
        )
    state = State.OK if free_gb >= _LOW_DISK_GB else State.NOTE
    step = "" if state is State.OK else "Free space: without it no picture is kept, and then nothing can be recorded."
    made = "" if there == folder else ", not made yet"
    return Check(name=name, state=state, result=f"{folder}{made}, {free_gb:.1f} GB free", next_step=step)


def _log(path: Path) -> Check:
    if not path.exists():
        with tempfile.TemporaryDirectory() as place:
            open_log(Path(place) / path.name).close()
        return Check(name="log", state=State.OK, result=f"{path}, not made yet; a new log can be made")
    log = open_log(path, read_only=True)
    try:
        log.verify()
        counts = summary(log, LogQuery())
        remarks = [log.unreadable.words(), _not_there(path, log.failure_pictures()[-_KEPT:])]
        remarks += (f"{event.time:%Y-%m-%d}: {event.words}" for event in log.events(_EVENTS))
    finally:
        log.close()
    text = (
        f"{path}, whole, {path.stat().st_size / 1e6:.1f} MB, {counted(counts.inspected, 'part')}, "
        f"the newest {counts.newest_utc or '–'}{_holder(path)}"
    )
    said = ". ".join(words for words in remarks if words)
    if said:
        return Check(name="log", state=State.NOTE, result=f"{text}. {said}")
    return Check(name="log", state=State.OK, result=text)


def _not_there(log: Path, kept: list[str]) -> str:
    """Say which kept pictures of failures without a review are gone: no limit removes those."""
    gone = [picture for picture in kept if not Path(picture).is_file()]
    if not gone:
        return ""
    return (
        f"Of {counted(len(kept), 'kept picture')} of failures without a review {len(gone)} are not where the record "
        f"has them, as {gone[0]}: if their folder was moved by hand, move it back, or to "
        f"{Home(root=log.parent).archive}"
    )


def _holder(path: Path) -> str:
    """Say whether a station has the log open, without touching its lock."""
    holder = lock_holder(lock_path(path))
    runs = holder is not None and psutil.pid_exists(holder.pid)
    return f", last opened by process {holder.pid}, which runs" if holder is not None and runs else ""


def _recipe(recipe: Recipe) -> Check:
    source = SourceSpec.parse(recipe.source)
    words = f"“{recipe.name}”, version {recipe.version}; source {source.shown}; model {recipe.model}"
    if source.kind.is_path and not source.path.exists():
        step = "Connect the share, or correct the recipe's source."
        return Check(name="recipe", state=State.FAULT, result=f"{words}; {source.place} is not there", next_step=step)
    return Check(name="recipe", state=State.OK, result=words)


def _model(where: Places, settings: Settings, recipe: Recipe) -> Check:
    """Load the recipe's model as the line does, its hashes checked, and judge a picture of noise for a second."""
    classifier = load_classifier(
        recipe.model,
        where.home,
        device=settings.device,
        precision=settings.precision,
        thresholds=recipe.thresholds,
        guard_rate=recipe.guard_rate,
    )
    noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3), dtype=np.uint8)
    times_ms: list[float] = []
    try:
        end = time.perf_counter() + _JUDGE_FOR_S
        while time.perf_counter() < end:
            begun = time.perf_counter()
            classifier.predict(noise)
            times_ms.append((time.perf_counter() - begun) * 1000)
    finally:
        classifier.close()
    identity, middle = classifier.identity, statistics.median(times_ms)
    return Check(
        name="model",
        state=State.OK,
        result=f"{identity.name} is whole (SHA-256 {identity.sha256[:12]}…); on {identity.device} in "
        f"{identity.precision} {middle:.1f} ms a part, {1000 / middle:.0f} parts/s",
    )


def _cameras(recipe: Recipe | InspectorError) -> list[tuple[str, str, SourceOptions]]:
    """Return the cameras of this computer and the recipe's camera or stream: source, words, options."""
    ours = None if isinstance(recipe, InspectorError) else recipe
    producer = ours.source_options.producer if ours else ""
    options = SourceOptions(producer=producer)
    listed = list_every_camera(producer)[0]
    cameras = {camera.source: (f"{camera.source} ({camera.label})", options) for camera in listed}
    if ours is not None and (source := SourceSpec.parse(ours.source)).kind.is_device:
        words = cameras[str(source)][0] if str(source) in cameras else source.shown
        cameras[str(source)] = (f"{words}, of the recipe", ours.source_options)
    return [(text, words, options) for text, (words, options) in cameras.items()]


def _grab(where: Places, spec: str, words: str, options: SourceOptions) -> Check:
    """Take one picture."""
    source = open_source(Passwords(where.home.root).complete(spec), options.without_line())
    begun = time.perf_counter()
    try:
        source.open()
        while (passed_s := time.perf_counter() - begun) < _GRAB_WITHIN_S:
            frame = source.read(0.5)
            if isinstance(frame, Frame):
                height, width = frame.image.shape[:2]
                size = f"{width}×{height}, after {passed_s:.1f} s, mean brightness {frame.image.mean():.0f} of 255"
                return Check(name="camera", state=State.OK, result=f"{words}: {size}")
    except InspectorError as error:
        step = error.next_step or "Check its cable and power, and what else uses it; a running line does."
        return Check(name="camera", state=State.FAULT, result=f"{words}: {error.what}", next_step=step)
    finally:
        source.close()
    raise SourceError(f"{words}: no picture within {_GRAB_WITHIN_S:.0f} s", "Check its cable, power and lens.")
