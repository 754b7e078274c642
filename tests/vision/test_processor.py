from __future__ import annotations

from pathlib import Path

import pytest

from inspector.vision.processor import LIMIT, Processor, ProcessorClass, this_processor
from tests.processors import PLAIN, VNNI

AVX512 = {"avx512f", "avx512bw", "avx512vl", "avx512dq"}
EVERYTHING = VNNI.flags | AVX512 | {"avx512_vnni", "avx512_bf16", "avx_ne_convert", "amx_int8", "amx_bf16"}


def listed(folder: Path, text: str) -> Path:
    path = folder / "cpuinfo"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "exact_int8", "kind"),
    [
        ("flags\t\t: fpu sse2 avx2 avx512_vnni\n", True, ProcessorClass.VNNI),
        ("flags\t\t: fpu sse2 avx2 avx_vnni\n", True, ProcessorClass.VNNI),
        ("flags\t\t: fpu sse2 avx2 avx_vnni amx_int8\n", True, ProcessorClass.AMX),
        ("processor: 0\nflags\t\t: fpu sse2 avx2\n", False, ProcessorClass.AVX2),
        ("flags\t\t: sse2 avx2 avx512f avx512bw avx512vl avx512dq\n", False, ProcessorClass.AVX512),
        ("flags\t\t: fpu sse2\n", False, ProcessorClass.OTHER),
        ("Features\t: fp asimd\n", True, ProcessorClass.OTHER),
    ],
)
def test_what_linux_lists(tmp_path: Path, text: str, exact_int8: bool, kind: ProcessorClass) -> None:
    processor = this_processor(listed(tmp_path, text), {})
    assert (processor.exact_int8, processor.kind) == (exact_int8, kind)


def test_where_nothing_is_listed_nothing_is_ruled_out(tmp_path: Path) -> None:
    processor = this_processor(tmp_path / "absent", {LIMIT: "AVX2"})
    assert processor == Processor(flags=frozenset())
    assert (processor.known, processor.exact_int8, processor.may_bf16, processor.fast_bf16) == (
        False,
        True,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("limit", "kind", "exact_int8", "may_bf16", "fast_bf16"),
    [
        ("", ProcessorClass.AMX, True, True, True),
        ("DEFAULT", ProcessorClass.AMX, True, True, True),
        ("AVX512_CORE_AMX", ProcessorClass.AMX, True, True, True),
        ("AVX512_CORE_BF16", ProcessorClass.VNNI, True, True, True),
        ("AVX512_CORE_FP16", ProcessorClass.VNNI, True, True, True),
        ("AVX512_CORE_VNNI", ProcessorClass.VNNI, True, True, False),
        ("AVX512_CORE", ProcessorClass.AVX512, False, True, False),
        ("AVX2_VNNI_2", ProcessorClass.VNNI, True, True, False),
        ("AVX2_VNNI", ProcessorClass.VNNI, True, False, False),
        ("avx2", ProcessorClass.AVX2, False, False, False),
        ("AVX", ProcessorClass.OTHER, False, False, False),
        ("SSE41", ProcessorClass.OTHER, False, False, False),
    ],
)
def test_the_libraries_limit_is_heeded(
    tmp_path: Path, limit: str, kind: ProcessorClass, exact_int8: bool, may_bf16: bool, fast_bf16: bool
) -> None:
    processor = this_processor(listed(tmp_path, f"flags\t: {' '.join(sorted(EVERYTHING))}\n"), {LIMIT: limit})
    assert (processor.kind, processor.exact_int8) == (kind, exact_int8)
    assert (processor.may_bf16, processor.fast_bf16) == (may_bf16, fast_bf16)


def test_a_limit_adds_nothing(tmp_path: Path) -> None:
    assert this_processor(listed(tmp_path, "flags\t: sse2 avx2\n"), {LIMIT: "AVX512_CORE_BF16"}) == PLAIN
