"""``inspector backup`` and ``inspector restore``: one file that holds a station."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_OK, add_json, add_places, emit, home_of, overrides_of, positive, say, settings_of
from inspector.cli.sign_in import acting, add_user, needs
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from pydantic import JsonValue

    from inspector.backup.write import BackupProgress
    from inspector.paths import Home

_SAY_EVERY_BYTES = 500_000_000


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``backup`` and ``restore``."""
    parser = commands.add_parser(
        "backup",
        help="write settings, recipes, models, users and the log into one file",
        description="Write a backup beside a running station: settings, recipes, models, users and the log as it is at "
        "one moment. The file has its name only when it is whole.",
        epilog="Exit codes: 0 written; 1 error, nothing is written; 2 usage.",
    )
    parser.add_argument("to", type=Path, metavar="FILE|FOLDER", help="a folder gets a file named by station and time")
    parser.add_argument("--pictures", action="store_true", help="kept pictures too, and those to be learned")
    parser.add_argument("--keys", action="store_true", help="passwords that are in a file too, and the station's key")
    parser.add_argument("--keep", type=positive, metavar="N", help="of a folder: remove older ones of this station")
    parser.add_argument("--scheduled", action="store_true", help="note in the data folder how it went")
    add_places(parser, log=True)
    add_json(parser)
    add_user(parser)
    parser.set_defaults(command=run_backup)
    again = commands.add_parser(
        "restore",
        help="put a backup in the place of the data folder",
        description="Put a backup in the place of the data folder, which is set aside beside it. Every file is "
        "compared with its hash, and the log is opened and brought to this version, before anything is changed.",
        epilog="Exit codes: 0 restored; 1 error, nothing is changed; 2 usage.",
    )
    again.add_argument("file", type=Path, metavar="FILE", help="a backup")
    add_places(again)
    add_json(again)
    needs(again, Permission.RESTORE)
    again.set_defaults(command=run_restore)


def run_backup(parsed: argparse.Namespace) -> int:
    """Back up."""
    from inspector.backup.manifest import BackupError
    from inspector.backup.state import note_failed
    from inspector.domain.errors import InspectorError
    from inspector.programs import interrupted_by_signals

    if not parsed.scheduled:  # else the station's settings have it made
        acting(parsed, Permission.EXPORT)
    home = home_of(parsed)
    if not home.root.is_dir():
        raise BackupError(f"there is no data folder {home.root}", "Name the station's (--home DIR).")
    if parsed.keep is not None and not _is_folder(parsed.to):
        raise BackupError(f"{parsed.to} is no folder, so none of its older backups can be removed", "Leave --keep out.")
    try:
        with interrupted_by_signals():
            return _backed_up(parsed, home)
    except InspectorError as error:
        if parsed.scheduled:
            note_failed(home.root, str(error), datetime.now(UTC))
        raise


def _backed_up(parsed: argparse.Namespace, home: Home) -> int:
    from inspector import __version__, assembly
    from inspector.backup.content import BackupChoice
    from inspector.backup.state import note_made
    from inspector.backup.write import BackupSource, back_up, keep_newest
    from inspector.trail.actor import STATION
    from inspector.trail.event import TrailKind, happened
    from inspector.trail.waiting import note

    settings, now = overrides_of(parsed).applied(settings_of(home)), datetime.now(UTC)
    where, target = assembly.places(home, settings), _target(parsed.to, settings.station, now)
    source = BackupSource(
        root=home.root, log=where.log, archive=where.archive, station=settings.station, program=__version__
    )
    last = _followed(back_up(source, target, BackupChoice(pictures=parsed.pictures, keys=parsed.keys)))
    removed = keep_newest(target.parent, settings.station, parsed.keep) if parsed.keep is not None else []
    size = target.stat().st_size
    after: dict[str, JsonValue] = {"bytes": size, "files": last.files, "pictures": parsed.pictures, "keys": parsed.keys}
    note(home.root, happened(TrailKind.BACKUP, str(target), after=after, by=STATION if parsed.scheduled else None))
    if parsed.scheduled:
        note_made(home.root, target, size, now)
    if parsed.json:
        told = {"file": str(target), "bytes": size, "files": last.files}
        emit({**told, "left_out": last.left_out, "removed": len(removed)})
        return EXIT_OK
    print(f"{target}: {last.files} files, {size / 1e6:.1f} MB")
    if last.left_out:
        say(f"{last.left_out} files were removed meanwhile, or have names that cannot be restored everywhere")
    if not parsed.keys:
        say("passwords and the station's key are not in it (--keys)")
    return EXIT_OK


def _is_folder(path: Path) -> bool:
    return path.is_dir() or (not path.suffix and not path.is_file())


def _target(to: Path, station: str, now: datetime) -> Path:
    from inspector.backup.manifest import SUFFIX
    from inspector.backup.write import name_for

    if _is_folder(to):
        return (to / name_for(station, now)).absolute()
    return (to if to.name.endswith(SUFFIX) else to.with_name(to.name + SUFFIX)).absolute()


def run_restore(parsed: argparse.Namespace) -> int:
    """Restore."""
    from inspector import __version__
    from inspector.backup.restore import Restored, restore

    home, done = home_of(parsed), None
    for step in restore(parsed.file, home.root, program=__version__):
        if isinstance(step, Restored):
            done = step
    assert done is not None
    aside = str(done.aside) if done.aside else ""
    if parsed.json:
        emit(
            {
                "home": str(done.home),
                "aside": aside,
                "station": done.header.station,
                "time_utc": done.header.time.isoformat(timespec="seconds"),
                "files": done.files,
                "remarks": list(done.remarks),
            }
        )
        return EXIT_OK
    print(
        f"{done.home}: restored from {done.header.station}, {done.header.time:%Y-%m-%d %H:%M} UTC, {done.files} files"
    )
    if aside:
        say(f"the former data folder is {aside}")
    for remark in done.remarks:
        say(remark)
    return EXIT_OK


def _followed(steps: Iterator[BackupProgress]) -> BackupProgress:
    """Say now and then how far it is; return the last step."""
    said, last = 0, next(steps)
    for last in steps:
        if last.done_bytes - said >= _SAY_EVERY_BYTES:
            said = last.done_bytes
            say(f"{last.done_bytes / 1e9:.1f} of {last.all_bytes / 1e9:.1f} GB backed up")
    return last
