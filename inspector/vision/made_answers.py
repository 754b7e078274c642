"""What a new model says of the self-test's pictures, for its manifest."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from inspector.domain.errors import BundleError
from inspector.vision.bundle import ManifestFields, write_bundle
from inspector.vision.graphs import Graphs
from inspector.vision.self_test import answered, choose
from inspector.vision.slots import Slots

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inspector.vision.bundle import Bundle
    from inspector.vision.prediction import Outputs
    from inspector.vision.self_test import KnownAnswer


def made_answers(bundle: Bundle) -> dict[str, tuple[KnownAnswer, ...]]:
    """Ask a bundle's graphs, in every way in which this processor computes them as others do.

    Args:
        bundle: A verified bundle; answers that its manifest has already are not looked at.

    Returns:
        Answers by `Graphs.name_of`.

    Raises:
        BundleError: If a graph cannot be used, or says what is not a number.
        DeviceError: If a graph cannot be compiled.
    """
    graphs, size = Graphs(bundle, "CPU", None), bundle.manifest.preprocessing.input_size
    answers: dict[str, tuple[KnownAnswer, ...]] = {}
    known: tuple[KnownAnswer, ...] = ()
    for way in graphs.all_ways:
        if graphs.has_made_answers(way, "CPU"):
            try:
                run = partial(_run, Slots(graphs.compile(way), 1))
                # what one way hesitates at, the others do
                known = answered(run, size, known) if known else choose(run, size)
                answers[graphs.name_of(way)] = known
            except (ValueError, RuntimeError) as error:
                raise BundleError(f"the graph {way.file} cannot be used: {error}", "Train the model again.") from error
    return answers


def with_made_answers(bundle: Bundle) -> Bundle:
    """Write a bundle again with the answers in its manifest; see `made_answers` and `write_bundle`."""
    stated = bundle.manifest.model_dump(exclude={"files", "seal", "format_version", "self_test"})
    fields = ManifestFields(**stated, self_test=made_answers(bundle))
    files = {name: bundle.folder / name for name in bundle.manifest.files}
    return write_bundle(bundle.folder, fields, files, overwrite=True)


def _run(slots: Slots, square: NDArray[np.uint8]) -> Outputs:
    with slots.lend() as slot:
        slot.square[:] = square
        return slot.run()
