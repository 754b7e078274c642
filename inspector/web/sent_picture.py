"""A kept picture, and its heatmap, that a station has sent to a folder or an object store, as a browser shows it."""

from __future__ import annotations

import hashlib

from inspector.domain.errors import InspectorError, PictureError
from inspector.outputs.kept import kept_heatmap
from inspector.pictures import decode_picture, encode_picture, place_of, read_content
from inspector.vision.overlay import displayable, draw_overlay
from inspector.web.asked import MissingError


def sent_picture(address: str, sha256: str, heatmap: str | None = None) -> bytes:
    """Read it from where it lies; only what has the hash that the database says is shown.

    Args:
        address: As the station noted it: a path of a share, or an object's address.
        sha256: In hexadecimal digits.
        heatmap: Address of the heatmap that is laid over it; None for the picture alone.

    Returns:
        A JPEG file's content.

    Raises:
        MissingError: If this computer cannot read it there, or it is another one.
    """
    try:
        content = read_content(place_of(address))
        if hashlib.sha256(content).hexdigest() != sha256:
            raise PictureError("its SHA-256 is not the one that was sent", "Look who may write there.")
        image = displayable(decode_picture(content, address))
        if heatmap is not None:
            image = draw_overlay(image, kept_heatmap(place_of(heatmap)))
        return encode_picture(image, ".jpg", quality=90)
    except InspectorError as error:
        raise MissingError(
            f"this computer cannot show the picture at {address}: {error.what}",
            f"{error.next_step} A share must be mounted here under the same path; a store needs its credentials here.",
        ) from error
