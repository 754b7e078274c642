"""A picture that stands in no record, of which somebody says what it is; without what writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.pictures import Place
    from inspector.pictures.content import KnownContent


@dataclass(frozen=True, slots=True, kw_only=True)
class HandPicture:
    """A picture that stands in no record.

    Args:
        file: On this computer, or in an object store.
        verdict: What was said of it by the model.
        p_defective: The model's score; None where the picture could not be judged.
        judged: What the file held when it was judged; None where it need not be the same.
    """

    file: Place
    verdict: str
    p_defective: float | None
    judged: KnownContent | None = None
