"""Which labels look wrong: every labelled picture, ordered by how much speaks against its label."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.cells import safe_cell
from inspector.vision.network import InspectionNetwork
from trainer.dataset import GOOD, TEST, Sample
from trainer.evaluation import LabelAudit, Suspect
from trainer.good_only import p_defective, steepness
from trainer.label_evidence import LabelEvidence, Looked, evidence, judged, told_by_memory
from trainer.looks import looks_of
from trainer.memory import strangeness_of

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from numpy.typing import NDArray

    from trainer.dataset import Dataset
    from trainer.memory import Remembered
    from trainer.methods import Context, Trained
    from trainer.protocol import Report

#: So many of the labels that look wrong go into a result and a report; ``suspects.csv`` has all pictures.
MOST = 200
SUSPECTS_FILE = "report/suspects.csv"
#: From here on the memory of good tells good and defective apart well enough to be quoted: see `told_by_memory`.
_QUOTED_FROM = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """All labelled pictures, the likeliest wrong label first."""

    rows: tuple[Suspect, ...]

    @property
    def audit(self) -> LabelAudit:
        """What a result and a report say of it."""
        wrong = [row for row in self.rows if row.wrong]
        return LabelAudit(
            pictures=len(self.rows),
            wrong=len(wrong),
            wrong_in_test=sum(row.part == TEST for row in wrong),
            suspects=tuple(wrong[:MOST]),
        )

    def csv(self) -> str:
        """Return ``suspects.csv``; the last columns are to be filled in, see `trainer.corrections`."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for row in self.rows:
            strangeness = "" if row.strangeness is None else f"{row.strangeness:.3f}"
            cells = (
                row.rank, row.name, "good" if row.label == GOOD else "defective", row.label, row.part,
                "yes" if row.wrong else "no", f"{row.against:.4f}", f"{row.p_defective:.4f}", strangeness,
                row.near_duplicate, row.evidence, row.sha256, "", "", "", "",
            )  # fmt: skip
            writer.writerow(map(safe_cell, cells))
        return text.getvalue()


_COLUMNS = (
    "rank", "path", "label", "defect_type", "split", "looks_wrong", "against_label", "p_defective", "strangeness",
    "near_duplicate", "evidence", "sha256", "judged", "judged_type", "by", "reason",
)  # fmt: skip


def find_suspects(
    trained: Trained, dataset: Dataset, clusters: Mapping[str, int], context: Context
) -> Generator[Report, None, Ranking | None]:
    """Order all labelled pictures by how much speaks against their labels.

    Each is judged by a classifier on frozen features that has learnt neither from it nor from its near duplicates, and
    measured against a memory of good without it. Nothing learns from test pictures here, and nothing is chosen by what
    is found: it is asked for when model and figures are made.

    Args:
        trained: The chosen model, with its memory of good.
        dataset: Already split.
        clusters: Number by the picture's name; equal numbers are near duplicates.

    Returns:
        The generator's value: None for a network that is no ResNet-50.

    Raises:
        PictureError: If a picture cannot be read.
        CancelledError: If cancelled.
    """
    if not isinstance(trained.network, InspectionNetwork):
        return None
    samples, remembered = dataset.samples, trained.remembered
    features: Sequence[NDArray[np.float32]] = []
    if len({sample.defective for sample in samples if sample.part != TEST}) == 2:
        features, strangeness = yield from looks_of(trained, samples, context)
    elif remembered is not None:
        strangeness = yield from _strangeness(trained, remembered, samples)
    else:
        return None
    looked = Looked(
        features=features,
        strangeness=strangeness,
        defective=np.array([sample.defective for sample in samples]),
        learnt=np.array([sample.part != TEST for sample in samples]),
        groups=_groups(samples, clusters),
    )
    if features or remembered is None:
        return ranking(samples, looked, evidence(looked, context.request.seed))
    p_of_memory = p_defective(strangeness.tolist(), steepness(remembered.note.good_scale))
    return ranking(samples, looked, judged(p_of_memory, looked.defective, looked.learnt))


def _strangeness(
    trained: Trained, remembered: Remembered, samples: Sequence[Sample]
) -> Generator[Report, None, NDArray[np.float64]]:
    """Return (N,) how strange pictures are to a memory without them; only what it does not hold is looked at anew.

    No outline counts in either, as in the scores that good pictures were given.
    """
    known = dict(remembered.in_graph)
    unknown = [sample for sample in samples if sample.name not in known]
    if unknown:
        measured = yield from strangeness_of(trained, remembered, unknown)
        known |= {sample.name: value for sample, value in zip(unknown, measured.tolist(), strict=True)}
    return np.array([known[sample.name] for sample in samples])


def ranking(samples: Sequence[Sample], looked: Looked, weighed: LabelEvidence) -> Ranking:
    """Put pictures in order, with what speaks against each label in words.

    Of near duplicates with different labels the one whose label is the less likely looks wrong; of copies, byte for
    byte, both.
    """
    twins = _twins(samples, looked.groups, weighed.against)
    against = weighed.against.copy()
    wrong = weighed.wrong.copy()
    for index, (other, same) in twins.items():
        against[index] = 1.0 if same else 0.5 + against[index] / 2
        wrong[index] |= same or weighed.against[index] >= weighed.against[other]
    wrong &= ~np.array([sample.judged for sample in samples])
    quoted = told_by_memory(looked) >= _QUOTED_FROM
    rows = []
    for rank, index in enumerate(np.lexsort((np.arange(len(samples)), -against)).tolist(), 1):
        sample, strange = samples[index], float(looked.strangeness[index])
        twin = samples[twins[index][0]] if index in twins else None
        known = strange if np.isfinite(strange) else None
        p_other = float(weighed.p_defective[index])
        rows.append(
            Suspect(
                rank=rank,
                name=sample.name,
                path=str(sample.path),
                sha256=sample.sha256,
                part=sample.part,
                label=sample.defect,
                wrong=bool(wrong[index]),
                against=round(float(against[index]), 6),
                p_defective=round(p_other, 6),
                strangeness=known if known is None else round(known, 6),
                near_duplicate="" if twin is None else twin.name,
                evidence=_words(sample, p_other, known if quoted else None, twin),
            )
        )
    return Ranking(rows=tuple(rows))


# --- inside -----------------------------------------------------------------------------------------------------------


def _groups(samples: Sequence[Sample], clusters: Mapping[str, int]) -> NDArray[np.int64]:
    """Return equal numbers for copies and for near duplicates."""
    numbers: dict[object, int] = {}
    copies: dict[str, object] = {}
    keys: list[object] = []
    for sample in samples:
        key: object = clusters.get(sample.name, sample.name)
        keys.append(copies.setdefault(sample.sha256, key) if sample.sha256 else key)
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)


def _twins(
    samples: Sequence[Sample], groups: NDArray[np.int64], against: NDArray[np.float64]
) -> dict[int, tuple[int, bool]]:
    """Return for each picture its near duplicate of the other label, if any, and whether it is the very same file."""
    twins: dict[int, tuple[int, bool]] = {}
    numbers, counts = np.unique(groups, return_counts=True)
    for number in numbers[counts > 1]:
        members = np.flatnonzero(groups == number).tolist()
        for index in members:
            others = [other for other in members if samples[other].defective != samples[index].defective]
            if others:
                same = [other for other in others if samples[other].sha256 == samples[index].sha256 != ""]
                twins[index] = (min(same or others, key=lambda other: float(against[other])), bool(same))
    return twins


def _words(sample: Sample, p_other: float, strangeness: float | None, twin: Sample | None) -> str:
    said = [f"labelled {sample.defect}", f"{p_other:.2f} defective when it was not learnt from"]
    if strangeness is not None and not sample.defective and strangeness >= 1.0:
        said.append(f"nothing like it among the good ones (strangeness {strangeness:.1f})")
    if strangeness is not None and sample.defective and strangeness < 1.0:
        said.append(f"no stranger than good ones (strangeness {strangeness:.1f})")
    if sample.judged:
        said.append("the label was judged by a person")
    if twin is not None:
        kind = "the same file" if twin.sha256 == sample.sha256 != "" else "nearly the same picture"
        said.append(f"{kind} is labelled {twin.defect}: {twin.name}")
    return "; ".join(said)
