"""Imports torchvision also where its compiled operators do not fit the installed torch."""

from __future__ import annotations

import functools
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

# What torchvision/csrc/ops/nms.cpp and quantized/cpu/qnms_kernel.cpp declare. torchvision's Python part registers
# shape functions for exactly these two at import, and fails when nobody has declared them.
_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


@functools.cache
def import_torchvision() -> ModuleType:
    """Import torchvision; its networks and transforms need none of its compiled operators.

    When torch and torchvision come from different builds (a torch from a distributor, say, under torchvision's own
    wheel), torchvision's library of compiled operators cannot be loaded, and then ``import torchvision`` fails with
    "operator torchvision::nms does not exist". In that case alone the two missing operators are declared first,
    without an implementation. Where the library can be loaded, nothing is touched.

    Returns:
        The module `torchvision`, with `torchvision.models` and `torchvision.transforms`.

    Raises:
        ImportError: If torch or torchvision is not installed.
    """
    if "torchvision" not in sys.modules and not _operators_load():
        _declare_operators()
    import torchvision  # the point of this function

    return torchvision  # type: ignore[no-any-return]


def _operators_load() -> bool:
    """Say whether torchvision's compiled operators can be loaded into this torch (and load them if so)."""
    import torch  # seconds

    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return True  # not installed: let the import itself say so
    libraries = [path for path in Path(spec.origin).parent.glob("_C.*") if path.suffix in {".so", ".pyd", ".dylib"}]
    for library in libraries:
        try:
            torch.ops.load_library(library)  # type: ignore[no-untyped-call]
        except OSError:
            continue
        return True
    return False


@functools.cache  # a Library withdraws its declarations when it is collected; the cache keeps it alive
def _declare_operators() -> Any:  # noqa: ANN401 - torch.library.Library, which is not imported at module level
    import torch  # seconds

    library = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for schema in _SCHEMAS:
        library.define(schema)  # type: ignore[no-untyped-call]
    return library
