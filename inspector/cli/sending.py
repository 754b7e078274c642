"""What the commands have in common that say where what is recorded is sent, and how far that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.cli.common import ask_secret, emit, home_of, one_line, settings_in_force, settings_of
from inspector.domain.counts import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from inspector.outputs.outbox import SetAside


def log_of(parsed: argparse.Namespace) -> Path:
    """Return the log whose rows are sent."""
    from inspector import assembly

    return assembly.places(home_of(parsed), settings_in_force(parsed)).log


def filled_address(address: str) -> str:
    """Return an address with what is typed for each ***.

    Raises:
        SendingError: If nothing is typed.
    """
    from urllib.parse import quote

    from inspector.domain.secret import filled, masks_in
    from inspector.sending.faults import SendingError

    secrets = [ask_secret(f"Password of {address}: ") for _ in range(masks_in(address))]
    if not all(secrets):
        raise SendingError("no password was typed", "Nothing was changed. Start the command once more.")
    return filled(address, [quote(secret, safe="") for secret in secrets])


def forget(parsed: argparse.Namespace, setting: str, consumers: Sequence[str], *, ended: str) -> None:
    """Name nobody any more to whom rows are sent, forget what waits, and say so.

    Args:
        setting: That names the other side.
        consumers: Of the log's outbox; the rows of the first one are counted.
        ended: What no longer happens, as a sentence's begin.
    """
    from inspector.outputs.outbox import Outbox
    from inspector.settings_file import save_settings

    home, log = home_of(parsed), log_of(parsed)
    save_settings(settings_of(home).model_copy(update={setting: ""}), home.settings)
    forgotten = 0
    if log.is_file():
        outboxes = [Outbox(log, consumer) for consumer in consumers]
        forgotten = outboxes[0].waiting()
        for outbox in outboxes:
            outbox.unsubscribe()
    if parsed.json:
        emit({"forgotten": forgotten})
    else:
        print(f"{ended}; {counted(forgotten, 'row')} that waited are in the log only")


def say_added(parsed: argparse.Namespace, added: int, *, will: str) -> None:
    """Say how many rows of the log wait from now on.

    Args:
        will: What becomes of them, as the rest of the sentence.
    """
    if parsed.json:
        emit({"added": added})
    else:
        print(f"{counted(added, 'row')} {will}")


def refused_fields(aside: Sequence[SetAside]) -> list[dict[str, Any]]:
    """Return the rows that the other side refuses, as JSON has them."""
    return [{"kind": row.kind, "id": row.row_id, "time_utc": f"{row.time}", "why": row.why} for row in aside]


def print_refused(aside: Sequence[SetAside]) -> None:
    """Print a line for each of them."""
    for row in aside:
        print(f"refused: {row.kind.value} {row.row_id}: {one_line(row.why)}")
