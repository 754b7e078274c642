"""The page of a dossier: what it came to, what was locked, then each stage, and what was judged wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.counts import counted
from inspector.domain.statistics import parts_needed
from inspector.dossier.result import Came, Qualify
from inspector.reports.sheet import facts, heading, lines_to_sign, local, marked, paragraph, sheet, source, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.dossier.locked import LockedCriteria
    from inspector.dossier.result import DossierLine, DossierResult

_KINDS = {
    Came.MET: "sound",
    Came.NOT_MET: "warning",
    Came.NOT_SHOWN: "review",
    Came.TOLD: "quiet",
}
_MOST_NAMES = 200
#: Of a stage's columns, in per cent: the result has the most to say.
_WIDTHS = (24, 22, 43, 11)
_METHOD = (
    "Limits of escapes and overkill are held by the exact one-sided 95 % bound of Clopper and Pearson (Biometrika "
    f"1934). With n parts and no miss it is 1 − 0.05^(1/n): {parts_needed(0.05)} parts without a miss show 5 %, "
    f"{parts_needed(0.01)} show 1 %. A part that could not be judged (ERROR) counts against the station. “Not shown” "
    "is neither met nor missed: what would show it stands there."
)


def dossier_page(locked: LockedCriteria, result: DossierResult | None) -> str:
    """Return the page.

    Args:
        result: None while the dossier is begun and not filled.
    """
    title = f"Validation dossier: {locked.name}"
    body = [heading(title, 1), paragraph(f"{locked.criteria.title} · {locked.station}", "quiet")]
    if result is None:
        body.append(paragraph("The criteria are locked. No picture of the test part was read yet.", "warning"))
    else:
        met = result.count(Came.NOT_MET) + result.count(Came.NOT_SHOWN) == 0 and result.chain_whole
        body.append(paragraph(result.conclusion, "sound" if met else "warning"))
        body.append(paragraph(result.chain, "sound" if result.chain_whole else "warning"))
        body.append(source("inspector log verify"))
        body += _not_shown(result)
    body += _locked(locked)
    if result is not None:
        body += [paragraph(f"Filled {local(result.filled)} by {result.who}, program {result.software}.", "quiet")]
        for stage in Qualify:
            body += _stage(stage, [line for line in result.lines if line.stage is stage])
        body += _wrong(locked, result)
        body += _signatures()
    return sheet(title, body)


def _not_shown(result: DossierResult) -> list[str]:
    open_ones = [line for line in result.lines if line.shown in {Came.NOT_SHOWN, Came.NOT_MET}]
    if not open_ones:
        return []
    rows = [[marked(line.shown.value, _KINDS[line.shown]), line.name, line.said] for line in open_ones]
    return [heading("Not met or not shown"), table(("", "What", "Why"), rows, widths=(12, 28, 60))]


def _locked(locked: LockedCriteria) -> list[str]:
    criteria = locked.criteria
    asked = [
        ("Escapes", f"at most {100 * criteria.most_escapes:g} % of defective parts pass"),
        ("Overkill", f"at most {100 * criteria.most_overkill:g} % of good parts do not pass"),
    ]
    if criteria.left_out_passes is not None:
        asked.append(("Unknown defect types", f"at most {100 * criteria.left_out_passes:g} % of each pass"))
    if criteria.msa_study:
        asked.append(("Measurement system", f"the study “{criteria.msa_study}” is within its limits"))
    asked.append(("Challenge", "passed" if criteria.challenge else "not asked"))
    asked.append(("Regression set", "every locked part is held" if criteria.regression else "not asked"))
    return [
        heading("What was locked, before a picture was read"),
        facts(
            [
                ("Intended use", criteria.intended_use or "not said"),
                ("Locked", f"{local(locked.locked)} by {locked.who}"),
                ("Criteria (SHA-256)", locked.criteria_sha256),
                ("Recipe", f"{locked.recipe}, version {locked.recipe_version} (SHA-256 {locked.recipe_sha256})"),
                ("Model", f"{locked.model} (SHA-256 {locked.model_sha256})"),
                ("Thresholds", locked.thresholds),
                ("Program", f"Inspector {locked.software}"),
                *asked,
            ]
        ),
        paragraph(_METHOD, "quiet"),
        source("inspector log trail --what dossier"),
    ]


def _stage(stage: Qualify, lines: Sequence[DossierLine]) -> list[str]:
    rows = [[line.name, line.asked or "–", line.said, marked(line.shown.value, _KINDS[line.shown])] for line in lines]
    again = "; ".join(dict.fromkeys(line.again for line in lines))
    return [heading(stage.heading), table(("What", "Asked", "Result", ""), rows, widths=_WIDTHS), source(again)]


def _wrong(locked: LockedCriteria, result: DossierResult) -> list[str]:
    rows = [heading("Pictures that were judged wrongly")]
    again = source(f"dossiers/{locked.name}/test.csv names all {result.pictures:,} pictures with their SHA-256")
    if not result.names:
        return [*rows, paragraph(f"None of {counted(result.pictures, 'picture')}."), again]
    shown = [list(name) for name in result.names[:_MOST_NAMES]]
    left = len(result.names) - len(shown)
    more = [paragraph(f"{left:,} more in result.json.", "quiet")] if left else []
    return [*rows, table(("Picture", "Is", "Verdict", "Reason"), shown, widths=(34, 20, 12, 34)), *more, again]


def _signatures() -> list[str]:
    return [heading("Signatures"), lines_to_sign(("Written", "Checked", "Released"))]
