"""Errors that say what happened, with the values, and what to do next."""

from __future__ import annotations

from inspector.domain.secret import redacted


class InspectorError(Exception):
    """The root of every error the station raises on purpose.

    Args:
        what: What happened, with the values, as one sentence without a full stop at the end.
        next_step: What the user can do about it, as one sentence; empty where nothing can be done.

    Neither tells a password or a token of an address.
    """

    def __init__(self, what: str, next_step: str = "") -> None:
        what, next_step = redacted(what), redacted(next_step)
        super().__init__(what if not next_step else f"{what}. {next_step}")
        self.what = what
        self.next_step = next_step


class RecipeError(InspectorError):
    """A recipe file or one of its values cannot be used."""


class PictureError(InspectorError):
    """A picture file or pixel array cannot be used."""


class PictureDeniedError(PictureError):
    """A store does not let this account read a picture."""


class FolderAwayError(PictureError):
    """A folder of pictures, or the store that it is in, cannot be read any more: no picture's own fault."""


class DepthError(PictureError):
    """A picture holds a value of more bits than it is said to use."""


class SourceError(InspectorError):
    """A picture source cannot be opened or has been lost."""


class SourceLostError(SourceError):
    """A live source has stopped delivering; it may come back."""


class SourceCutShortError(SourceError):
    """A file of pictures ends before all that it promises has been read; it is not tried again."""


class OutOfMemoryError(PictureError):
    """There was no memory for a picture, to decode it or to judge it; later there may be."""


class BundleError(InspectorError):
    """A model bundle is missing, altered, unknown or unsafe."""


class DeviceError(InspectorError):
    """The wanted inference device or precision does not exist here."""


class ClassifierError(InspectorError):
    """The classifier failed on a picture."""


class NetworkHangsError(ClassifierError):
    """The network has not answered in time, or still hangs on an earlier picture."""


class ModelChangedError(ClassifierError):
    """A loaded model does not say of its test pictures what it said before."""


class LogError(InspectorError):
    """The result log cannot be opened, read or written."""


class ReviewError(InspectorError):
    """A review cannot be taken: of which part, by whom, or withdrawing what, is wrong."""


class LearningError(InspectorError):
    """A picture cannot be taken into a set to be learned, or the set cannot be used."""


class ReportError(InspectorError):
    """A report cannot be written."""


class ArchiveError(InspectorError):
    """A picture could not be kept."""


class EngineError(InspectorError):
    """The line was asked for something that it cannot do in its state."""
