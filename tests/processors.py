"""Processors to pass in, so that a test does not depend on the one that it runs on."""

from __future__ import annotations

from inspector.vision.processor import Processor

#: An x86 processor with neither VNNI nor AMX nor bfloat16.
PLAIN = Processor(flags=frozenset({"sse2", "avx2"}))
#: One that adds int8 products exactly, and has no bfloat16.
VNNI = Processor(flags=PLAIN.flags | {"avx_vnni"})
