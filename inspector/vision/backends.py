"""Chooses where a model runs: the devices of this machine, and a classifier on the one that is wanted."""

from __future__ import annotations

import ctypes
import logging
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inspector.domain.devices import DeviceKind
from inspector.domain.errors import DeviceError
from inspector.programs import is_installed, is_packaged
from inspector.vision.openvino_core import openvino_core
from inspector.vision.precision import CUDA_PRECISIONS
from inspector.vision.processor import this_processor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from inspector.domain.records import Thresholds
    from inspector.vision.bundle import Bundle
    from inspector.vision.classifier import Classifier
    from inspector.vision.processor import Processor

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of this machine.

    Args:
        name: What `--device` calls it: "cpu", "cuda", "gpu" or "npu".
        backend: "openvino" or "torch".
        description: The hardware's own name.
        precisions: In which it can run a model that is not int8, as ("fp32", "bf16").
    """

    name: str
    backend: str
    description: str
    precisions: tuple[str, ...]


def list_devices() -> list[Device]:
    """Return the devices that can be named here; the CPU is always first.

    torch is imported only where the NVIDIA driver reports a GPU.
    """
    from inspector.vision.graphs import precisions

    core = openvino_core()
    devices: dict[str, Device] = {}
    for name in sorted(core.available_devices, key=lambda text: (text != "CPU", text)):
        short = name.split(".")[0].lower()
        if short in tuple(DeviceKind) and short not in devices:
            devices[short] = Device(
                name=short,
                backend="openvino",
                description=str(core.get_property(name, "FULL_DEVICE_NAME")),
                precisions=tuple(precisions(core, name, this_processor())),
            )
    cuda = _cuda_name()
    if cuda:
        devices["cuda"] = Device(name="cuda", backend="torch", description=cuda, precisions=CUDA_PRECISIONS)
    return list(devices.values())


def load_classifier(
    bundle: Bundle,
    device: str = "auto",
    precision: str | None = None,
    cache_dir: Path | None = None,
    *,
    thresholds: Sequence[Thresholds] = (),
    processor: Processor | None = None,
) -> Classifier:
    """Load a model onto a device and warm it up.

    Args:
        device: "auto" takes an NVIDIA GPU where there is one and the bundle has weights, else the CPU; an Intel GPU or
            NPU is used only when named.
        precision: "fp32", "bf16", "fp16" or "int8"; None or "auto" takes, of those that passed the gate when the model
            was made, the one that runs fastest here.
        cache_dir: Where compiled graphs and the measured speeds are kept; None: nothing is measured or kept.
        thresholds: Operating points other than the bundle's that will judge (a recipe's): near them a reduced
            precision is checked against the exact one.
        processor: What decides about precisions on the CPU; None for this machine's.

    Raises:
        BundleError: If the bundle's graph or weights cannot be used on that back end.
        DeviceError: If the device or the precision does not exist here, the text lists what does; or if the precision
            was refused when the model was made.
        ModelChangedError: If it does not say of the self-test's pictures what it said before.
    """
    if device not in tuple(DeviceKind):
        raise DeviceError(f"there is no device “{device}”", f"Name one of {', '.join(DeviceKind)}.")
    wanted = DeviceKind(device)
    may = any(bundle.manifest.allows(name) for name in CUDA_PRECISIONS)
    wants_torch = wanted is DeviceKind.CUDA or (
        wanted is DeviceKind.AUTO and bundle.weights_path is not None and may and precision != "int8"
    )
    if wants_torch and _cuda_name():
        from inspector.vision.torch_backend import TorchClassifier  # torch takes seconds

        return TorchClassifier(bundle, device="cuda", precision=precision, thresholds=thresholds, cache_dir=cache_dir)
    if wanted is DeviceKind.CUDA:
        raise _impossible(wanted)
    from inspector.vision.openvino_backend import OpenVinoClassifier  # openvino takes 0.1 s

    if wanted.openvino_name != "CPU" and wanted not in {device.name for device in list_devices()}:
        raise _impossible(wanted)
    return OpenVinoClassifier(
        bundle,
        device=wanted.openvino_name,
        precision=precision,
        cache_dir=cache_dir,
        thresholds=tuple(thresholds),
        processor=processor,
    )


def load_torch_before_qt(device: str, *, platform: str = sys.platform) -> bool:
    """Import torch now where it will judge and may not come later; called before Qt is imported.

    On Windows torch (2.9 and newer) cannot be loaded into a process that has loaded Qt (WinError 1114: both bring a C++
    runtime, and the first one stays). Elsewhere, and where torch will not judge, nothing is imported.

    Args:
        device: As in `load_classifier`.
        platform: The operating system.

    Returns:
        Whether it was imported.
    """
    if platform != "win32" or device not in {DeviceKind.AUTO, DeviceKind.CUDA} or not _nvidia_driver_sees_gpu():
        return False
    return _torch() is not None


def load_reference(bundle: Bundle, *, thresholds: Sequence[Thresholds] = ()) -> Classifier:
    """Load a model into torch on the CPU in fp32: what the other back ends are held against.

    Raises:
        BundleError: If the bundle has no weights or they do not fit.
    """
    from inspector.vision.torch_backend import TorchClassifier  # torch takes seconds

    return TorchClassifier(bundle, device="cpu", precision="fp32", thresholds=thresholds)


def _impossible(device: DeviceKind) -> DeviceError:
    have = "; ".join(f"{available.name} ({available.description})" for available in list_devices())
    step = "Choose one of these or auto."
    if device in {DeviceKind.GPU, DeviceKind.NPU} and is_packaged():
        step += " For Intel’s GPUs and NPUs, unpack the archive “intel-devices” of this version over the program."
    return DeviceError(f"there is no device “{device}” here; this machine has: {have}", step)


def _cuda_name() -> str:
    """The name of the NVIDIA GPU that torch can use; empty where there is none."""
    torch = _torch() if _nvidia_driver_sees_gpu() else None
    return str(torch.cuda.get_device_name(0)) if torch is not None and torch.cuda.is_available() else ""


def _torch() -> Any:  # noqa: ANN401 - the module torch, which is not imported at module level
    """Return torch; None where it is not installed (a packaged station) or cannot be loaded."""
    if not is_installed("torch"):
        return None
    try:
        import torch  # seconds, and only where there is a GPU
    except OSError as error:  # on Windows: Qt came first (WinError 1114), as the device was chosen in the open window
        _log.warning("torch cannot be loaded, the NVIDIA GPU is not used until the program is started again: %s", error)
        return None
    return torch


def _nvidia_driver_sees_gpu() -> bool:
    """Ask the NVIDIA driver for the number of GPUs, without torch; a machine without the driver answers at once."""
    library = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        driver = ctypes.CDLL(library)
    except OSError:
        return False
    count = ctypes.c_int(0)
    return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
