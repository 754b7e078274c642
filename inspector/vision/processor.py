"""What the computing libraries may use of this machine's processor."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The variable by which oneDNN, and with it OpenVINO and torch, is kept from newer instructions; see oneDNN's
#: “CPU Dispatcher Control”.
LIMIT = "ONEDNN_MAX_CPU_ISA"
_CPUINFO = Path("/proc/cpuinfo")
_AVX512 = ("avx512f", "avx512bw", "avx512vl", "avx512dq")
_EXACT_INT8 = ("avx512_vnni", "avx_vnni", "amx_int8")
_FAST_BF16 = ("avx512_bf16", "amx_bf16")
_BELOW_AMX = (*_AVX512, "avx512_vnni", "avx_vnni", "avx512_bf16")
#: What each limit leaves, of the instructions that are looked at here; any other value leaves everything.
_LEFT = {
    "SSE41": (),
    "AVX": (),
    "AVX2": ("avx2",),
    "AVX2_VNNI": ("avx2", "avx_vnni"),
    "AVX2_VNNI_2": ("avx2", "avx_vnni", "avx_ne_convert"),
    "AVX512_CORE": ("avx2", *_AVX512),
    "AVX512_CORE_VNNI": ("avx2", *_AVX512, "avx512_vnni"),
    "AVX512_CORE_BF16": ("avx2", *_BELOW_AMX),
    "AVX512_CORE_FP16": ("avx2", *_BELOW_AMX),
}
_LOOKED_AT = frozenset(("avx2", "avx_ne_convert", "amx_int8", "amx_bf16", *_BELOW_AMX))


class ProcessorClass(StrEnum):
    """A processor's class, by the best instructions it has for a network; its speeds are compared within one."""

    AMX = "AMX"
    VNNI = "VNNI"
    AVX512 = "AVX-512"
    AVX2 = "AVX2"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """A processor, as far as a precision depends on it.

    Args:
        flags: Its instructions as Linux names them, without those that `LIMIT` forbids. Empty where they are not
            known: on other systems, and on processors that are not x86.
    """

    flags: frozenset[str]

    @property
    def known(self) -> bool:
        """Whether its instructions are known."""
        return bool(self.flags)

    @property
    def exact_int8(self) -> bool:
        """Whether it adds int8 products in 32 bits; taken for granted where its instructions are not known.

        Without VNNI (AVX-512 or AVX) or AMX an x86 processor adds them in 16 bits, which can overflow.
        """
        return not self.known or not self.flags.isdisjoint(_EXACT_INT8)

    @property
    def may_bf16(self) -> bool:
        """Whether bfloat16 is not ruled out; what OpenVINO says of its own capabilities does not heed `LIMIT`."""
        return not self.known or self.flags.issuperset(_AVX512) or "avx_ne_convert" in self.flags

    @property
    def fast_bf16(self) -> bool:
        """Whether it is known to have instructions for products of bfloat16."""
        return not self.flags.isdisjoint(_FAST_BF16)

    @property
    def kind(self) -> ProcessorClass:
        """Its class."""
        if "amx_int8" in self.flags:
            return ProcessorClass.AMX
        if self.known and self.exact_int8:
            return ProcessorClass.VNNI
        if self.flags.issuperset(_AVX512):
            return ProcessorClass.AVX512
        return ProcessorClass.AVX2 if "avx2" in self.flags else ProcessorClass.OTHER


def this_processor(cpuinfo: Path = _CPUINFO, environment: Mapping[str, str] = os.environ) -> Processor:
    """Ask the system for the processor of this machine.

    Args:
        cpuinfo: Where Linux lists the instructions.
        environment: May hold `LIMIT`.
    """
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:  # not Linux
        return Processor(flags=frozenset())
    flags = frozenset(next((line.partition(":")[2] for line in lines if line.startswith("flags")), "").split())
    left = _LEFT.get(environment.get(LIMIT, "").upper())
    return Processor(flags=flags if left is None else flags - (_LOOKED_AT - set(left)))
