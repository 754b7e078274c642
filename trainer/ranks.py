"""The ranks of one training: processes that compute side by side, on one machine or on several.

Rank 0 trains, decides and writes, as a training in one process does. The others wait for what it asks them for:
features of some of the pictures, or gradients of some of a batch's rows (`trainer.together`, `trainer.follower`).
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pickle
import shutil
import subprocess
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import torch
import torch.distributed as dist

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.json_file import parse_model
from trainer.place import Confession, Hello, RankError, cores, device_of, hello_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from torch import Tensor

    from trainer.place import Place, RankStore

#: So long a rank may be silent before the others give it up, seconds.
LIMIT_S = 120.0
#: So long it may take to come, seconds: libraries are loaded, on a slow disk.
JOIN_S = 300.0
#: So often rank 0 says that it lives, seconds.
_BEAT_S = 5.0
_LOOK_S = 2.0
_NAP_S = 0.01
#: So many naps lie between two looks at rank 0.
_LOOKS_EACH = 100
_ENDED, _BEAT, _FAULT = "ended", "beat", "fault"
AGAIN = "Start the same training again: with checkpoints it goes on from its last epoch."


class Ranks:
    """This rank's way to the others. Owned by the process's main thread.

    Args:
        place: Where this rank stands.
        store: All ranks read and write it.
        limit_s: So long another rank may be silent.
        children: Processes of other ranks that rank 0 has started.
        folder: Holds the store; rank 0 removes it at the end. None where it is elsewhere.
        parent: Process that has started this rank and leads; 0 where ``torchrun`` looks after all.

    Raises:
        RankError: If the others do not come, or do not suit.
    """

    def __init__(
        self,
        place: Place,
        store: RankStore,
        *,
        limit_s: float,
        children: Sequence[subprocess.Popen[bytes]] = (),
        folder: Path | None = None,
        parent: int = 0,
    ) -> None:
        self.place, self.limit_s = place, limit_s
        self.device = device_of(place)
        self.threads = max(1, cores() // place.beside)
        self.sent: tuple[tuple[int, object], ...] = ()  # what the others were given last, with its numbers
        self._store, self._children, self._folder = store, tuple(children), folder
        self._signals: dict[str, Iterator[int]] = {}
        self._closed = threading.Event()
        self._beating: threading.Thread | None = None
        self._parent = parent
        self._hosts: list[str] = []
        self._gradients: dist.ProcessGroup | None = None
        self._flat: Tensor | None = None
        self._seen_beat, self._beat_at_s = b"", time.monotonic()
        try:
            self._join()
        except BaseException:
            self.close()
            raise

    # --- who is there -------------------------------------------------------------------------------------------------

    @property
    def leads(self) -> bool:
        """Whether this is rank 0."""
        return self.place.rank == 0

    def rows(self, count: int) -> slice:
        """Return which rows of a batch are this rank's."""
        edges = np.linspace(0, count, self.place.size + 1).round().astype(int).tolist()
        return slice(edges[self.place.rank], edges[self.place.rank + 1])

    def name(self, rank: int) -> str:
        """Return how a rank is called in a sentence."""
        return f"rank {rank} (on {self._hosts[rank]})" if rank < len(self._hosts) else f"rank {rank}"

    # --- all at once: every rank must call the same -------------------------------------------------------------------

    def told(self, what: Any = None) -> Any:  # noqa: ANN401 - any task
        """Give rank 0's object to all; the others give none and get it."""
        packed = bytearray(pickle.dumps(what)) if self.leads else bytearray()
        size, *_ = self.code(len(packed), 0, 0) if self.leads else self.code()
        content = torch.frombuffer(packed, dtype=torch.uint8) if packed else torch.empty(size, dtype=torch.uint8)
        self.spread(content)
        return what if self.leads else pickle.loads(content.numpy().tobytes())  # noqa: S301 - of rank 0 of this training

    def code(self, *numbers: int) -> tuple[int, int, int]:
        """Give three numbers of rank 0 to all; the others give none."""
        tensor = torch.tensor(numbers or (0, 0, 0), dtype=torch.int64)
        with self._together():
            dist.broadcast(tensor, src=0)
        first, second, third = (int(number) for number in tensor)
        return first, second, third

    def spread(self, tensor: Tensor, source: int = 0) -> None:
        """Overwrite every rank's tensor with that of one."""
        with self._together():
            dist.broadcast(tensor, src=source, group=self._gradients if tensor.is_cuda else None)

    def add(self, tensor: Tensor) -> None:
        """Overwrite every rank's tensor with the sum of all; it is the same to the last bit everywhere."""
        with self._together():
            dist.all_reduce(tensor, group=self._gradients if tensor.is_cuda else None)

    def add_gradients(
        self, parameters: Sequence[torch.nn.Parameter], loss: float, *, failed: bool
    ) -> tuple[float, bool]:
        """Sum up all ranks' gradients in place; each has those of its rows, with their share of the batch's weight.

        Args:
            parameters: A rank without rows has no gradients.
            loss: This rank's share of the loss.
            failed: Whether this rank could not compute its share.

        Returns:
            The loss of the batch, and whether any rank failed.
        """
        sizes = [parameter.numel() for parameter in parameters]
        if self._flat is None or self._flat.numel() != sum(sizes) + 2 or self._flat.device != parameters[0].device:
            self._flat = torch.empty(sum(sizes) + 2, device=parameters[0].device)
        *parts, tail = torch.split(self._flat, [*sizes, 2])
        tail[0], tail[1] = loss, float(failed)
        for part, parameter in zip(parts, parameters, strict=True):
            if parameter.grad is None:
                part.zero_()
            else:
                part.view(parameter.shape).copy_(parameter.grad)
        if self._gradients is not None:
            self.code()  # whoever is gone is missed here, in bounded time, and not by the GPUs
        self.add(self._flat)
        for part, parameter in zip(parts, parameters, strict=True):
            if parameter.grad is None:
                parameter.grad = torch.empty_like(parameter)
            parameter.grad.copy_(part.view(parameter.shape))
        return float(tail[0]), bool(tail[1])

    # --- one to another -----------------------------------------------------------------------------------------------

    def send(self, values: np.ndarray[Any, Any]) -> None:
        """Give an array to rank 0."""
        with self._together():
            dist.send(torch.from_numpy(np.ascontiguousarray(values).view(np.uint8).reshape(-1)), 0)

    def receive(self, rank: int, like: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Take an array of another rank, of the shape and type of this one."""
        tensor = torch.empty(like.nbytes, dtype=torch.uint8)
        with self._together():
            dist.recv(tensor, rank)
        values: np.ndarray[Any, Any] = tensor.numpy().view(like.dtype).reshape(like.shape)
        return values

    def signal(self, kind: str) -> None:
        """Let all who wait for the next signal of this kind go on."""
        self._store.set(f"{kind}/{next(self._signals.setdefault(kind, itertools.count()))}", "1")

    def await_signal(self, kind: str) -> bool:
        """Wait for the next signal of this kind, as long as rank 0 lives; False where the training has ended.

        Raises:
            RankError: If rank 0 is gone, or silent.
        """
        key = f"{kind}/{next(self._signals.setdefault(kind, itertools.count()))}"
        try:
            for look in itertools.count():
                if self._store.check([key]):
                    return True
                if self._store.check([_ENDED]):
                    return False
                if look % _LOOKS_EACH == 0:
                    self._look_after_rank_0()
                self._closed.wait(_NAP_S)
        except RuntimeError as error:  # the store's own
            raise RankError(
                f"rank 0 of this training cannot be reached any longer: {cause_of(error)}", AGAIN
            ) from error
        raise AssertionError

    # --- the end ------------------------------------------------------------------------------------------------------

    def confess(self, error: Exception) -> None:
        """Leave the reason for which this rank ends, for rank 0 to tell."""
        what, next_step = (error.what, error.next_step) if isinstance(error, InspectorError) else (cause_of(error), "")
        with contextlib.suppress(Exception):
            said = Confession(name=self.name(self.place.rank), what=what, next_step=next_step)
            self._store.set(_FAULT, said.model_dump_json())

    def close(self) -> None:
        """End the others' waiting, and those that this process has started; once is enough."""
        if self._closed.is_set():
            return
        self._closed.set()
        if self._beating is not None:  # a thread inside of torch when the interpreter ends would abort the process
            self._beating.join(_BEAT_S)
        if self.leads:
            with contextlib.suppress(Exception):
                self._store.set(_ENDED, "1")
        with contextlib.suppress(Exception):
            if dist.is_initialized():
                dist.destroy_process_group()
        for child in self._children:
            try:
                child.wait(_BEAT_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _join(self) -> None:
        mine = hello_of(self.place, self.device)
        self._store.set(f"hello/{self.place.rank}", mine.model_dump_json())
        hellos = [self._hello_of(rank) for rank in range(self.place.size)]
        self._hosts = [hello.host for hello in hellos]
        if self.leads:
            self._beating = threading.Thread(target=self._beat, name="beat", daemon=True)
            self._beating.start()
        for name, value in mine.agreed.items():
            other = next((hello for hello in hellos if hello.agreed[name] != value), None)
            if other is not None:
                raise RankError(
                    f"the ranks of a training must be alike: {name} is {value} for {self.name(mine.rank)}, and "
                    f"{other.agreed[name]} for {self.name(other.rank)}",
                    "Start it on machines that are alike, or with fewer ranks.",
                )
        with self._together():
            dist.init_process_group(
                "gloo",
                store=dist.PrefixStore("group", self._store),  # type: ignore[attr-defined, arg-type]
                rank=self.place.rank,
                world_size=self.place.size,
                timeout=timedelta(seconds=self.limit_s),
            )
            if self.device != "cpu":
                torch.cuda.set_device(self.place.local)
                self._gradients = dist.new_group(backend="nccl", timeout=timedelta(seconds=self.limit_s))

    def _hello_of(self, rank: int) -> Hello:
        end_s = time.monotonic() + JOIN_S
        while not self._store.check([f"hello/{rank}"]):
            self._refuse_dead_children()
            self._closed.wait(_NAP_S)
            if time.monotonic() > end_s:
                raise RankError(
                    f"rank {rank} of {self.place.size} has not come within {JOIN_S:.0f} s",
                    "See what it says, and start all of them together.",
                )
        return parse_model(self._store.get(f"hello/{rank}"), Hello, where=f"what rank {rank} says of itself")

    @contextlib.contextmanager
    def _together(self) -> Iterator[None]:
        """Say in a sentence that another rank is gone.

        Raises:
            RankError: If so.
        """
        try:
            yield
        except RuntimeError as error:
            self._gone(error)

    def _gone(self, error: Exception) -> NoReturn:
        self.refuse_fault(error)
        self._refuse_dead_children()
        words = str(error).lower()
        silent = "timed out" in words or "timeout" in words
        who = "another rank" if self.leads else "rank 0"
        why = f"has been silent for {self.limit_s:.0f} s" if silent else "is gone"
        raise RankError(f"{who} of this training {why}: {cause_of(error)}", AGAIN) from error

    def refuse_fault(self, error: Exception | None = None) -> None:
        """Say why another rank has ended, as soon as it has written it, or the system knows that it is gone.

        Raises:
            RankError: If another rank has said so.
        """
        end_s = time.monotonic() + _LOOK_S
        while time.monotonic() < end_s:
            with contextlib.suppress(RuntimeError):
                if self._store.check([_FAULT]):
                    said = parse_model(self._store.get(_FAULT), Confession, where="what a rank has left")
                    raise RankError(f"{said.name} has ended: {said.what}", said.next_step or AGAIN) from error
                if not self.leads and self._store.check([_ENDED]):
                    raise RankError("rank 0 has ended this training", "It says why.") from error
            if any((child.poll() or 0) < 0 for child in self._children):  # it was killed, and says nothing
                return
            self._closed.wait(_NAP_S)

    def _refuse_dead_children(self) -> None:
        for rank, child in enumerate(self._children, 1):
            if (code := child.poll()) is not None:
                how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
                memory = " Often memory has run out." if code == -9 else ""
                raise RankError(f"{self.name(rank)} has ended {how}", f"{AGAIN}{memory}")

    def _beat(self) -> None:
        for count in itertools.count():
            with contextlib.suppress(Exception):
                self._store.set(_BEAT, str(count))
            if self._closed.wait(_BEAT_S):
                return

    def _look_after_rank_0(self) -> None:
        if self._parent and os.getppid() != self._parent and os.name != "nt":
            raise RankError("rank 0 of this training is gone", AGAIN)
        beat = self._store.get(_BEAT) if self._store.check([_BEAT]) else b""
        now_s = time.monotonic()
        if beat != self._seen_beat:
            self._seen_beat, self._beat_at_s = beat, now_s
        elif now_s - self._beat_at_s > self.limit_s:
            raise RankError(f"rank 0 of this training has been silent for {self.limit_s:.0f} s", AGAIN)
