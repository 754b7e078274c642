"""How the ranks of a training come together: started by ``torchrun``, or by rank 0 itself (``--devices``)."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import torch
import torch.distributed as dist

from inspector.domain.causes import cause_of
from inspector.programs import trainer_command
from trainer.place import Place, RankError, cores
from trainer.ranks import AGAIN, JOIN_S, LIMIT_S, Ranks

if TYPE_CHECKING:
    from trainer.place import RankStore

_PREFIX = "trainer-ranks-"
#: Rank 0 writes into its store every few seconds; where it has not for so long, it was killed.
_LEFT_AFTER_S = 3600.0


def place_of_torchrun() -> Place | None:
    """Return where ``torchrun`` has put this process; None where it has not started it, or started it alone."""
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
    if "TORCHELASTIC_RUN_ID" not in os.environ or any(name not in os.environ for name in names):
        return None
    rank, size, local, beside = (int(os.environ[name]) for name in names)
    return Place(rank=rank, size=size, local=local, beside=beside) if size > 1 else None


def joined(devices: int) -> Ranks | None:
    """Return the ranks of the training that this process leads; None where it trains alone.

    Args:
        devices: Ranks on this machine that are wanted; they are started here, unless ``torchrun`` has.

    Raises:
        RankError: If there are not so many GPUs, a rank does not come, or the ranks do not suit one another.
    """
    place = place_of_torchrun()
    if place is not None:
        if devices > 1:
            raise RankError(
                f"torchrun has started {place.size} ranks, and {devices} devices are asked for too", "Say only one."
            )
        return Ranks(place, _store_of_torchrun(), limit_s=LIMIT_S)
    if devices < 2:
        return None
    there = torch.cuda.device_count()
    if 0 < there < devices:
        raise RankError(f"{devices} devices are asked for; this machine has {there} of them", f"Ask for {there}.")
    at_most = cores()
    if not there and devices > at_most:
        raise RankError(
            f"{devices} processes are asked for on {at_most} cores; each needs one", f"Ask for {at_most} at most."
        )
    _remove_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    children = [
        subprocess.Popen(  # noqa: S603 - our own program
            [*trainer_command(), "rank", str(folder / "store"), "--rank", str(rank), "--of", str(devices)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for rank 0, which ends the others
        )
        for rank in range(1, devices)
    ]
    return Ranks(
        Place(rank=0, size=devices, local=0, beside=devices),
        _store_of_folder(folder / "store", devices),
        limit_s=LIMIT_S,
        children=children,
        folder=folder,
    )


def follower_of(store: Path, rank: int, size: int) -> Ranks:
    """Return the ranks as one sees them that `joined` has started.

    Raises:
        RankError: If it cannot join.
    """
    place = Place(rank=rank, size=size, local=rank, beside=size)
    return Ranks(place, _store_of_folder(store, size), limit_s=LIMIT_S, parent=os.getppid())


def follower_of_torchrun(place: Place) -> Ranks:
    """Return the ranks as one sees them that ``torchrun`` has started.

    Raises:
        RankError: If it cannot join.
    """
    return Ranks(place, _store_of_torchrun(), limit_s=LIMIT_S)


def heeding_torchrun() -> None:
    """Let the signal by which ``torchrun`` ends the others, as soon as one has ended, end this one with a sentence."""

    def ended(*_: object) -> NoReturn:
        raise RankError("torchrun has ended this rank, as another one has ended or it was told to", AGAIN)

    signal.signal(signal.SIGTERM, ended)


# --- inside -----------------------------------------------------------------------------------------------------------


def _remove_leftovers() -> None:
    """Remove the folders of rank 0s that were killed."""
    oldest_s = time.time() - _LEFT_AFTER_S
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if max(path.stat().st_mtime for path in (folder, *folder.iterdir())) < oldest_s:
                shutil.rmtree(folder, ignore_errors=True)


def _store_of_folder(file: Path, size: int) -> RankStore:
    """Return a store in a file: ranks of one machine need no port for it, and what they send stays on the machine."""
    loopback = {"linux": "lo", "darwin": "lo0"}.get(sys.platform)
    if loopback is not None:
        os.environ["GLOO_SOCKET_IFNAME"] = loopback
    store: RankStore = dist.FileStore(str(file), size)  # type: ignore[attr-defined]
    return store


def _store_of_torchrun() -> RankStore:
    try:
        store, _, _ = next(
            dist.rendezvous("env://", timeout=timedelta(seconds=JOIN_S))  # type: ignore[attr-defined]
        )
    except (RuntimeError, ValueError) as error:
        raise RankError(f"the other ranks cannot be reached: {cause_of(error)}", "Check torchrun's options.") from error
    own: RankStore = dist.PrefixStore("trainer", store)  # type: ignore[attr-defined]
    return own
