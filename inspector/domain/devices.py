"""Where a network runs, and how exactly it computes: what a user may ask for."""

from __future__ import annotations

from enum import StrEnum

from inspector.domain.about import About


class DeviceKind(StrEnum):
    """Where the network runs."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"  #: an NVIDIA GPU, by torch
    GPU = "gpu"  #: an Intel GPU, by OpenVINO
    NPU = "npu"  #: an Intel NPU, by OpenVINO

    @property
    def openvino_name(self) -> str:
        """What OpenVINO calls it; by itself it takes the CPU."""
        return "CPU" if self is DeviceKind.AUTO else self.upper()


class WantedPrecision(StrEnum):
    """How exactly the network computes."""

    AUTO = "auto"
    FP32 = "fp32"
    BF16 = "bf16"
    INT8 = "int8"


ABOUT_DEVICE = About(
    "Device", description="where the network runs; auto takes an NVIDIA GPU where there is one, else the CPU"
)
ABOUT_PRECISION = About(
    "Precision",
    description="how exactly the network computes; auto takes the fastest here that passed the model's gate",
)
