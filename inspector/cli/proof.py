"""``inspector log verify`` and ``inspector log head``: is the record what was written, and where does it end."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_DEFECTS,
    EXIT_ERROR,
    EXIT_OK,
    add_json,
    add_places,
    emit,
    home_of,
    say,
    settings_in_force,
)
from inspector.domain.counts import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from inspector.proof.check import RecordReport
    from inspector.proof.heads import RecordHead
    from inspector.signing import TrustedKey

_SQLITE = b"SQLite format 3\x00"
_SHOWN = 50
_SAY_EVERY_S = 1.0


def add_proof_commands(group: argparse._SubParsersAction[Any]) -> None:
    """Add ``verify`` and ``head``."""
    verify = group.add_parser(
        "verify", help="check that the record, or an export, is as it was written (exit 0; 1: changed; 3: gaps)"
    )
    verify.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="a log or a signed export (default: the log)"
    )
    verify.add_argument(
        "--head", action="append", default=[], metavar="FILE|TEXT", help="a signed head that was sent away; several"
    )
    verify.add_argument("--key", type=Path, action="append", default=[], help="public key that counts (PEM); several")
    verify.add_argument("--rows-only", action="store_true", help="leave the kept pictures out")
    verify.add_argument("--archive", type=Path, help="where the kept pictures lie, if they were moved")
    add_json(verify)
    add_places(verify, log=True)
    verify.set_defaults(command=verify_file)
    head = group.add_parser("head", help="sign where the record ends now, and print that for an e-mail")
    head.add_argument("--to", type=Path, metavar="DIR", help="write it into this folder, too (default: the setting)")
    head.add_argument("--public-key", action="store_true", help="print the station's public key instead (PEM)")
    add_json(head)
    add_places(head, log=True)
    head.set_defaults(command=show_head)


def _log_of(parsed: argparse.Namespace) -> Path:
    from inspector import assembly

    return assembly.places(home_of(parsed), settings_in_force(parsed)).log


def show_head(parsed: argparse.Namespace) -> int:
    """Sign and print."""
    from inspector.proof.keeper import ASKED, send_to, sign_and_send
    from inspector.signing import station_key

    root = home_of(parsed).root
    if parsed.public_key:
        print(station_key(root).public_pem.decode(), end="")
        return EXIT_OK
    head, file = sign_and_send(_log_of(parsed), root, settings_in_force(parsed), ASKED)
    if parsed.to is not None:
        file = send_to(parsed.to, head)
    if parsed.json:
        emit(_as_json(head) | {"file": str(file) if file else None})
    else:
        print(head.as_text(), end="")
        if file:
            say(f"written to {file}")
    return EXIT_OK


def verify_file(parsed: argparse.Namespace) -> int:
    """Check a log or an export."""
    file = parsed.file or _log_of(parsed)
    keys = _keys(parsed)
    if _is_export(file):
        return _verify_export(file, keys, json=parsed.json)
    from inspector.proof.check import RecordCheck

    heads = [_head(words) for words in parsed.head]
    check = RecordCheck(file, keys=keys, heads=heads, pictures=not parsed.rows_only, archive=parsed.archive)
    _follow(check.steps())
    report = check.report
    if parsed.json:
        emit(_report_json(file, report))
    else:
        _print(file, report)
    return EXIT_ERROR if report.changes else EXIT_DEFECTS if report.gaps else EXIT_OK


def _keys(parsed: argparse.Namespace) -> tuple[TrustedKey, ...]:
    """Return the keys that are given, else those that the data folder trusts."""
    from inspector.signing import read_public_key, trusted_keys

    if parsed.key:
        return tuple(read_public_key(path) for path in parsed.key)
    return trusted_keys(home_of(parsed).root)


def _head(words: str) -> RecordHead:
    from inspector.domain.causes import cause_of
    from inspector.proof.heads import ProofError, head_of

    if "\n" in words:
        return head_of(words)
    try:
        return head_of(Path(words).read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        raise ProofError(f"the head {words} cannot be read: {cause_of(error)}", "Give its file or its text.") from error


def _is_export(file: Path) -> bool:
    from inspector.proof.exported import MANIFEST

    return file.with_name(file.name + MANIFEST).exists()


def _verify_export(file: Path, keys: tuple[TrustedKey, ...], *, json: bool) -> int:
    from inspector.proof.exported import check_export
    from inspector.proof.heads import ProofError

    try:
        checked = check_export(file, keys)
    except ProofError as error:
        if not json:
            raise
        emit({"file": str(file), "whole": False, "why": error.what})
        return EXIT_ERROR
    manifest = checked.manifest
    if json:
        emit({"file": str(file), "whole": True, "signer": checked.signer} | manifest.model_dump(mode="json"))
        return EXIT_OK
    print(f"The export is as it was made: {counted(manifest.rows, 'row')}, {manifest.about}")
    print(f"made       {manifest.time_utc} by {manifest.station}")
    print(f"signed by  {checked.signer}")
    print(f"record     {manifest.entries} entries then")
    return EXIT_OK


def _follow(steps: Iterator[tuple[str, int, int]]) -> None:
    """Do the check; say on a terminal how far it is."""
    shown, said_s = sys.stderr.isatty(), time.monotonic()
    for what, done, total in steps:
        if shown and time.monotonic() - said_s > _SAY_EVERY_S:
            said_s = time.monotonic()
            sys.stderr.write(f"\r{what} {done} of {total}   ")
            sys.stderr.flush()
    if shown:
        sys.stderr.write("\r" + " " * 40 + "\r")


def _print(file: Path, report: RecordReport) -> None:
    print(report.verdict())
    print(f"log        {file}")
    print(f"rows       {report.entries} in the chain, since {report.chained_since or '–'}")
    if report.before_chain:
        print(f"           {report.before_chain} of them before the chain: they are as they were when it began")
    if report.last_head is not None:
        print(f"heads      {report.heads}, the last at entry {report.last_head.entries}, {report.last_head.time_utc}")
    print(f"unsigned   {counted(report.unsigned, 'row')} after the last head")
    print(f"pictures   {report.pictures} as they were kept, {report.removed} removed by the archive's limits")
    for title, changes in (("changed", report.changes), ("missing since a damage that the record names", report.gaps)):
        if changes:
            print(f"\n{title}:")
            for change in changes[:_SHOWN]:
                print(f"  {change.words}")
            if len(changes) > _SHOWN:
                print(f"  and {len(changes) - _SHOWN} more (--json names all)")
    if report.unknown_key:
        say(
            f"note: no public key was given. The signatures are those of the key {report.unknown_key}, which the "
            "record itself names: compare it with the one that the station gave away, or give that with --key"
        )


def _report_json(file: Path, report: RecordReport) -> dict[str, Any]:
    def listed(changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - of `RowChange`
        return [
            {"kind": row.kind.value, "table": row.table, "key": row.key, "entry": row.entry, "words": row.words}
            for row in changes
        ]

    return {
        "log": str(file),
        "whole": report.whole,
        "entries": report.entries,
        "before_chain": report.before_chain,
        "chained_since": report.chained_since or None,
        "changes": listed(report.changes),
        "gaps": listed(report.gaps),
        "gave_up": report.gave_up,
        "heads": report.heads,
        "last_head": _as_json(report.last_head) if report.last_head else None,
        "unsigned": report.unsigned,
        "unknown_key": report.unknown_key or None,
        "pictures": report.pictures,
        "removed": report.removed,
    }


def _as_json(head: RecordHead) -> dict[str, Any]:
    return {name: getattr(head, name) for name in head.__slots__}
