"""Labels that people have judged: they hold instead of the data's, for pictures known by their content.

The pictures and their folders stay as they are. A copy of a bundle's ``report/suspects.csv`` that was
filled in is such a file.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.cells import plain_cell, safe_cell
from inspector.domain.class_words import ClassWords, Meaning
from inspector.domain.counts import counted, verb
from trainer.labelled import DEFECTIVE, GOOD, Dataset, DatasetError, Sample
from trainer.protocol import CORRECTION_COLUMNS, Finding
from trainer.table import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person says of one picture.

    Args:
        sha256: Of the file.
        defect: What it is: "good", or its defect type.
        by: Who says so.
        time_utc: When, as written.
        reason: In that person's words.
    """

    sha256: str
    defect: str
    by: str = ""
    time_utc: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A set with the labels that people have judged.

    Args:
        dataset: Its samples know which labels were judged.
        was: The label of the data, of each picture that was judged, by its name.
        corrections: Those that were used, by the picture's name.
        elsewhere: How many are of pictures that are not in the set.
        file: Where they come from.
    """

    dataset: Dataset
    was: Mapping[str, str]
    corrections: Mapping[str, Correction]
    elsewhere: int
    file: str

    @property
    def changed(self) -> list[str]:
        """Names of the pictures whose label is another one now."""
        return [name for name, own in self.corrections.items() if own.defect != self.was[name]]

    def findings(self) -> list[Finding]:
        """Say what was done; a file of quite other pictures is a warning."""
        changed, pictures = self.changed, counted(self.elsewhere, "picture")
        if not self.corrections:
            return [
                Finding(
                    severity="warning",
                    code="corrections-elsewhere",
                    what=f"No label was corrected: of {pictures} judged in {self.file} none is here.",
                    action="Name the corrections of these pictures. They are known by content: a picture that was "
                    "saved anew is another one.",
                )
            ]
        said = f"{counted(len(changed), 'label')} {verb(len(changed), 'was')} corrected by review"
        if right := len(self.corrections) - len(changed):
            said += f", {right} {verb(right, 'was')} judged right"
        if self.elsewhere:
            said += f"; {pictures} that {verb(self.elsewhere, 'was')} judged {verb(self.elsewhere, 'is')} not here"
        return [
            Finding(
                severity="note",
                code="corrected",
                what=f"{said}: see {self.file}.",
                action="Pictures and folders stay as they are. The model keeps the corrections with its report.",
                files=changed[:_NAMED],
            )
        ]


def read_corrections(file: Path) -> list[Correction]:
    """Read what people say of pictures; of several rows for one picture the last holds, rows that say nothing are none.

    Args:
        file: A table with the columns ``sha256`` and ``judged`` (good or defective); ``judged_type``, ``by``,
            ``time_utc`` and ``reason`` where they are known.

    Raises:
        DatasetError: If it cannot be read, or a row says something else.
    """
    try:
        rows = read_table(file).rows
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"the corrections {file} cannot be read: {cause_of(error)}",
            "Name a table with the columns sha256 and judged, as a filled-in copy of a report's suspects.csv.",
        ) from error
    words, known = ClassWords(), {}
    for row in rows:
        cells = {name: plain_cell(cell) for name, cell in row.cells.items()}
        if "sha256" not in cells or "judged" not in cells:
            raise DatasetError(
                f"the corrections {file} lack the column sha256 or judged (columns: {', '.join(cells)})",
                "Copy a report's suspects.csv, and fill in its column judged with good or defective.",
            )
        if not (said := cells["judged"]):
            continue
        meaning = words.of_cell(said)
        if meaning not in {Meaning.GOOD, Meaning.DEFECTIVE} or not cells["sha256"]:
            raise DatasetError(
                f"{file}, row {row.number}: “{said}” is neither good nor defective, or there is no sha256",
                "Write good or defective into the column judged; the type of a defect goes into judged_type.",
            )
        kind = cells.get("judged_type", "")
        known[cells["sha256"].lower()] = Correction(
            sha256=cells["sha256"].lower(),
            defect=GOOD if meaning is Meaning.GOOD else kind or DEFECTIVE,
            by=cells.get("by", ""),
            time_utc=cells.get("time_utc", ""),
            reason=cells.get("reason", ""),
        )
    return list(known.values())


def corrected(dataset: Dataset, file: str) -> Corrected:
    """Let what people say hold.

    Args:
        dataset: Its samples have hashes.
        file: As for `read_corrections`.

    Raises:
        DatasetError: If the file cannot be read, or is wrong.
    """
    known = {correction.sha256: correction for correction in read_corrections(Path(file))}
    samples, was, used = [], {}, {}
    for sample in dataset.samples:
        own = known.get(sample.sha256)
        if own is None:
            samples.append(sample)
            continue
        # a defect whose type was not named keeps the one that it has
        defect = sample.defect if own.defect == DEFECTIVE and sample.defective else own.defect
        was[sample.name], used[sample.name] = sample.defect, replace(own, defect=defect)
        samples.append(_judged(sample, defect))
    elsewhere = len(known) - len({own.sha256 for own in used.values()})
    return Corrected(
        dataset=replace(dataset, samples=tuple(samples), corrections=_table(was, used)),
        was=was, corrections=used, elsewhere=elsewhere, file=file,
    )  # fmt: skip


def as_judged(dataset: Dataset, file: str | Path) -> Dataset:
    """Return a set with the labels that people have judged; see `corrected`.

    Args:
        file: Nothing is changed where it is empty.
    """
    return corrected(dataset, str(file)).dataset if str(file) else dataset


def _judged(sample: Sample, defect: str) -> Sample:
    return replace(sample, defect=defect, judged=True, mask=None if defect == GOOD else sample.mask)


def _table(was: Mapping[str, str], corrections: Mapping[str, Correction]) -> str:
    if not corrections:
        return ""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CORRECTION_COLUMNS)
    for name, own in corrections.items():
        judged = GOOD if own.defect == GOOD else DEFECTIVE
        kind = "" if own.defect == GOOD else own.defect
        cells = (own.sha256, name, was[name], judged, kind, own.by, own.time_utc, own.reason)
        writer.writerow(map(safe_cell, cells))
    return text.getvalue()
