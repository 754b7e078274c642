"""Where a rank of a training stands, and what it says of itself before it takes part."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from dataclasses import dataclass
from typing import Protocol

import torch

import inspector
from inspector.domain.errors import InspectorError
from inspector.vision.processor import this_processor
from trainer.evaluation import JsonRecord


class RankError(InspectorError):
    """Several ranks cannot train together, or not any longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a rank stands.

    Args:
        rank: Its number; 0 decides.
        size: How many there are.
        local: Its number on its machine.
        beside: How many there are on its machine.
    """

    rank: int
    size: int
    local: int
    beside: int


class Hello(JsonRecord):
    """What a rank says of itself; all must agree in `agreed`."""

    rank: int
    host: str
    program: str
    torch: str
    openvino: str
    processor: str
    device: str

    @property
    def agreed(self) -> dict[str, str]:
        """What must be the same, as otherwise the same picture would give other features, or a rank other steps."""
        return {
            "version of this program": self.program,
            "version of torch": self.torch,
            "version of OpenVINO": self.openvino,
            "processor": self.processor,
            "kind of device": self.device,
        }


class Confession(JsonRecord):
    """Why a rank has ended."""

    name: str
    what: str
    next_step: str


class RankStore(Protocol):
    """Where ranks leave words for one another, as `torch.distributed`'s stores are."""

    def set(self, key: str, value: str) -> None:
        """Leave a word."""

    def get(self, key: str) -> bytes:
        """Return one that is there."""

    def check(self, keys: list[str]) -> bool:
        """Say whether all of these are there."""


def devices_here() -> int:
    """Return how many GPUs of this machine could train together; 1 where there is one or none."""
    return max(1, torch.cuda.device_count())


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor_class() -> str:
    """Return the class of this machine's processor: within one the same picture has the same features."""
    processor = this_processor()
    return processor.kind.value if processor.known else platform.machine()


def device_of(place: Place) -> str:
    """Return a rank's device, as torch calls it: the GPU of its number on its machine, where it has so many."""
    return f"cuda:{place.local}" if place.local < torch.cuda.device_count() else "cpu"


def hello_of(place: Place, device: str) -> Hello:
    """Return what this process says of itself."""
    return Hello(
        rank=place.rank,
        host=platform.node(),
        program=inspector.__version__,
        torch=torch.__version__,
        openvino=importlib.metadata.version("openvino"),
        processor=processor_class(),
        device=device.partition(":")[0],
    )
