"""Labels that look wrong, in words; no torch here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.counts import counted

if TYPE_CHECKING:
    from trainer.evaluation import LabelAudit

#: How it was found out.
HOW = (
    "Each picture was judged by a classifier that had not learnt from it nor from near duplicates of it, and compared "
    "with good pictures other than itself."
)
#: What the figures of the test are worth once its labels are corrected.
OF_THE_TEST = (
    "Nothing has learnt from test pictures, and nothing was chosen by this list. Who corrects only those labels of the "
    "test that the model contradicts makes its figures better than the line will see: look at its other pictures too."
)


def audit_sentence(audit: LabelAudit) -> str:
    """Say how many labels look wrong."""
    if not audit.wrong:
        return f"No label of {counted(audit.pictures, 'picture')} looks wrong."
    said = f"{counted(audit.wrong, 'label')} of {audit.pictures} look{'s' if audit.wrong == 1 else ''} wrong"
    if audit.wrong_in_test:
        said += f", {audit.wrong_in_test} of them in the test part"
    return said + "."
