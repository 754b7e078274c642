"""Settles how exactly a graph computes: what the model's gate allowed, what the device can, what runs fastest here."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from inspector.domain.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from inspector.vision.manifest import Manifest, Precision

_Key = TypeVar("_Key")
#: In what torch can compute on an NVIDIA GPU; there the last that may judge is taken.
CUDA_PRECISIONS: tuple[Precision, ...] = ("fp32", "bf16", "fp16")
#: From the most exact to the least.
_EXACTNESS: tuple[Precision, ...] = ("fp32", "bf16", "fp16", "int8")
# A less exact precision is taken only where it is faster by so much: a measurement on a busy machine differs by less.
_WORTH = 1.1
_ROUNDS = 5
_ROUND_S = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionChoice:
    """A precision and why.

    Args:
        precision: "fp32", "bf16", "fp16" or "int8".
        reason: For people, as "int8 178/s, bf16 97/s, fp32 51/s measured here".
    """

    precision: Precision
    reason: str


def choose(
    manifest: Manifest,
    possible: Sequence[Precision],
    device: str,
    wanted: str | None = None,
    measure: Callable[[Sequence[Precision]], Mapping[Precision, float]] | None = None,
    doubtful: Mapping[Precision, str] | None = None,
) -> PrecisionChoice:
    """Choose the fastest precision that may judge, or check the one that is wanted.

    Args:
        manifest: The model's, with what its gate found.
        possible: In which the device can run the model.
        device: Its name, for the texts.
        wanted: What the user asks for; None or "auto" leaves the choice to the program.
        measure: Gives pictures per second; asked only where there is a choice. None takes the least exact one, which
            is nearly always the fastest.
        doubtful: What is left out, with the reason, unless it is asked for or nothing else is possible.

    Raises:
        DeviceError: If the wanted precision cannot be had, or none may judge.
    """
    refused = {name: _refusal(manifest, name) for name in possible if not manifest.allows(name)}
    if wanted not in {None, "auto"}:
        return _as_wanted(manifest, possible, device, str(wanted), refused)
    beside = {name: why for name, why in (doubtful or {}).items() if name in possible and name not in refused}
    if set(possible) - refused.keys() - beside.keys():
        refused |= beside
    allowed = sorted((name for name in possible if name not in refused), key=_EXACTNESS.index)
    if not allowed:
        raise DeviceError(
            f"{device} cannot run the model {manifest.name} in a precision that passed when it was made: "
            + "; ".join(refused.values()),
            "Choose another device, or train the model again.",
        )
    told = list(refused.values())
    if len(allowed) == 1 or measure is None:
        only = f"{allowed[-1]}: the only one that is possible here" if len(allowed) == 1 else f"{allowed[-1]}: chosen"
        return PrecisionChoice(precision=allowed[-1], reason="; ".join([only, *told]))
    rates = measure(allowed)
    best = allowed[0]
    for name in allowed[1:]:
        if rates[name] > _WORTH * rates[best]:
            best = name
    figures = ", ".join(f"{name} {_figure(rates[name])}/s" for name in sorted(allowed, key=lambda name: -rates[name]))
    return PrecisionChoice(precision=best, reason="; ".join([f"{figures} measured here", *told]))


def _figure(rate: float) -> str:
    return f"{rate:.0f}" if rate >= 10.0 else f"{rate:.1f}"


def _as_wanted(
    manifest: Manifest, possible: Sequence[Precision], device: str, wanted: str, refused: Mapping[Precision, str]
) -> PrecisionChoice:
    chosen = next((name for name in possible if name == wanted), None)
    usable = [name for name in possible if name not in refused]
    if chosen is None:
        raise DeviceError(
            f"{device} cannot run this model in {wanted}; possible here: {', '.join(usable) or 'none'}",
            "Choose one of these, or leave the choice to the program.",
        )
    if chosen in refused:
        raise DeviceError(
            f"the model {manifest.name} may not judge in {wanted}: {refused[chosen]}",
            f"Choose {' or '.join(usable)}, or leave the choice to the program." if usable else "Train it again.",
        )
    return PrecisionChoice(precision=chosen, reason=f"{chosen}: as set")


def _refusal(manifest: Manifest, name: Precision) -> str:
    check = manifest.precisions.get(name)
    if check is None:
        return f"{name} was not checked when the model was made"
    return f"{name} refused at export: {check.reason or f'{check.flips} of {check.pictures} verdicts differed'}"


def measure_rates(
    runners: Mapping[_Key, Callable[[], object]], clock: Callable[[], float] = time.perf_counter
) -> dict[_Key, float]:
    """Measure how often each can run per second; all take turns, so that a busy machine is busy for all alike.

    Args:
        runners: Each call judges one picture.
        clock: Returns seconds, monotonic.

    Returns:
        Runs per second: of each the median of five rounds of at least 30 ms.
    """
    spent: dict[_Key, list[float]] = {name: [] for name in runners}
    for run in runners.values():  # the first run chooses kernels and touches memory
        run()
    for _ in range(_ROUNDS):
        for name, run in runners.items():
            start, count = clock(), 0
            while count == 0 or clock() - start < _ROUND_S:
                run()
                count += 1
            spent[name].append((clock() - start) / count)
    return {name: 1.0 / statistics.median(times) for name, times in spent.items()}
