"""Which pictures of a batch its model has learnt from: found before the first row, kept beside the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from inspector.batch.record import LearntCount, RunError
from inspector.domain.errors import BundleError
from inspector.files import FileError, write_text
from inspector.json_file import JsonError, read_model
from inspector.vision.learnt import learnt_from

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from inspector.batch.listing import Listing

LEARNT_FILE = "learnt.json"


class LearntPictures(BaseModel):
    """What was found in a folder."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    paths: Annotated[tuple[str, ...], Field(description="as in the rows")]
    renamed_too: Annotated[bool, Field(description="whether copies under other names were looked for")]


def find_learnt(model_folder: Path, listing: Listing, stop: threading.Event) -> LearntPictures | None:
    """Look for pictures that a model has learnt from, by their place and their content.

    Args:
        stop: When set, what was found so far is all; nothing has been judged then.

    Returns:
        What was found; None where the model does not say which they were, as shipped and imported ones.
    """
    try:
        learnt = learnt_from(model_folder)
    except BundleError:
        return None
    places, every = learnt.among([listing.path(index).absolute() for index in range(len(listing))], stop)
    return LearntPictures(paths=tuple(listing.key(place) for place in places), renamed_too=every)


def count_learnt(learnt: LearntPictures | None) -> LearntCount | None:
    """Return the count of it for the batch's record."""
    return None if learnt is None else LearntCount(pictures=len(learnt.paths), renamed_too=learnt.renamed_too)


def write_learnt(folder: Path, learnt: LearntPictures | None) -> None:
    """Keep what was found in the batch's folder.

    Raises:
        RunError: If it cannot be written.
    """
    known = learnt or LearntPictures(paths=(), renamed_too=False)
    try:
        write_text(folder / LEARNT_FILE, known.model_dump_json() + "\n")
    except FileError as error:
        raise RunError(error.what, error.next_step) from error


def read_learnt(folder: Path) -> frozenset[str]:
    """Return the paths of the pictures in a batch that its model has learnt from; none where nothing is kept."""
    try:
        return frozenset(read_model(folder / LEARNT_FILE, LearntPictures).paths)
    except JsonError:  # a batch of an earlier version; the warning by the folder's name takes its place
        return frozenset()
