"""Pictures that several machines read: each must see what the others see."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError, PictureError
from inspector.pictures import read_content
from trainer.labelled import Sample, decoded

if TYPE_CHECKING:
    from inspector.domain.records import Image


class DifferentError(InspectorError):
    """Another machine differs from the one where the training was started."""


class SharedSample(Sample):
    """A picture that must hold what it held where the training was started."""

    __slots__ = ()

    def picture(self) -> Image:
        """Read it, in full range.

        Raises:
            PictureError: If it cannot be read, or holds something else here.
        """
        try:
            content = read_content(self.path)
        except PictureError as error:
            raise PictureError(error.what, _SHARED) from error
        if self.sha256 and hashlib.sha256(content).hexdigest() != self.sha256:
            raise PictureError(f"{self.path} holds another picture here than where the training was started", _SHARED)
        return decoded(content, str(self.path), self.bit_depth)[0]


_SHARED = "Put the pictures into a folder that every machine sees under the same path."


def shared(sample: Sample) -> SharedSample:
    """Return a picture that is checked when it is read."""
    return SharedSample(**{field.name: getattr(sample, field.name) for field in fields(sample)})
