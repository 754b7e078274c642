"""torchvision's ImageNet weights: from the cache, or downloaded once, with progress and checksum."""

from __future__ import annotations

import hashlib
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

from inspector.domain.causes import cause_of
from inspector.domain.errors import BundleError
from inspector.files import FileError, atomic_file
from inspector.vision.imagenet import IMAGENET_URL, weights_folder
from trainer.protocol import Progress, Report

if TYPE_CHECKING:
    from collections.abc import Generator

_BLOCK = 1 << 20
_TIMEOUT_S = 30.0


def imagenet_weights(url: str = IMAGENET_URL, cache: Path | None = None) -> Generator[Report, None, Path]:
    """Return the weights' file; the generator's value, after reports of the download's progress in bytes.

    Args:
        url: Where they are; the name before the suffix ends with "-" and the beginning of the SHA-256.
        cache: Where they are kept; None for the platform's cache folder.

    Raises:
        BundleError: If they cannot be downloaded or are not what they should be; nothing is kept then.
    """
    folder = cache or weights_folder()
    name = url.rsplit("/", 1)[-1]
    target = folder / name
    wanted = Path(name).stem.rpartition("-")[2]
    if target.is_file() and _sha256(target).startswith(wanted):
        return target
    offline = (
        f"Download {name} from {url.rpartition('/')[0].partition('://')[2]} on a computer that has access, copy it "
        f"here, and give it as the file of weights (or put it at {target})."
    )
    try:
        digest = hashlib.sha256()
        with atomic_file(target) as file, urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310
            total = int(answer.headers.get("Content-Length") or 0)
            done = 0
            while block := answer.read(_BLOCK):
                file.write(block)
                digest.update(block)
                done += len(block)
                yield Progress(stage="download of the backbone weights, bytes", done=done, total=max(total, done))
            if total and done != total:
                raise BundleError(f"the download of {url} ended after {done} of {total} bytes", offline)
            if not digest.hexdigest().startswith(wanted):
                raise BundleError(
                    f"what {url} delivered has SHA-256 {digest.hexdigest()}, which does not begin with {wanted}",
                    offline,
                )
    except FileError as error:
        cause = error.__cause__ or error  # a broken connection is an OSError of the block, too
        reason = cause.reason if isinstance(cause, URLError) and isinstance(cause.reason, OSError) else cause
        raise BundleError(f"the backbone weights cannot be downloaded: {cause_of(reason)}", offline) from error
    return target


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
