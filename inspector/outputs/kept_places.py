"""Where kept pictures lie now: a log names where they were kept, and a restored one has them beside it."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.paths import Home

if TYPE_CHECKING:
    from inspector.domain.records import ArchivedPicture, Inspection

#: Of a kept picture's folder, below the archive's: year, month, day, verdict.
_LEVELS = 4
#: A folder that is not beside the log is looked for again after this time: 100,000 pictures are in few folders.
_AGAIN_S = 1.0
_SEPARATORS = re.compile(r"[\\/]")  # the log may come from another system


class KeptPlaces:
    """Finds pictures in the folder of pictures beside the log, where they are no longer where the row says.

    The rows stay as they are: they are chained. Each folder is looked for once, and only where there is one beside the
    log that may be meant: an archive elsewhere, whose disk may be silent, is left alone. Any thread.

    Args:
        log: The result log; a restore puts log and pictures into one data folder.
    """

    def __init__(self, log: Path) -> None:
        self._beside = Home(root=log.parent).archive
        self._folders: dict[str, str] = {}
        self._missed: dict[str, float] = {}  # until when, by time.monotonic

    def of(self, path: str) -> str:
        """Return where a picture, or its heatmap, lies now.

        Args:
            path: As its row has it.
        """
        cut = max(path.rfind("/"), path.rfind("\\"))
        folder = path[: max(0, cut)]
        place = self._folders.get(folder) or self._looked(folder)
        return path if place == folder else str(Path(place, path[cut + 1 :]))

    def picture(self, picture: ArchivedPicture | None) -> ArchivedPicture | None:
        """Return a picture with the paths of now."""
        if picture is None:
            return None
        path = Path(self.of(str(picture.path)))
        if path == picture.path:
            return picture
        heatmap = picture.heatmap_path
        return replace(picture, path=path, heatmap_path=heatmap and Path(self.of(str(heatmap))))

    def part(self, part: Inspection) -> Inspection:
        """Return a part whose pictures have the paths of now."""
        if part.picture is None and not part.views:
            return part
        views = tuple(
            view if (there := self.picture(view.picture)) is view.picture else replace(view, picture=there)
            for view in part.views
        )
        return replace(part, picture=self.picture(part.picture), views=views)

    def _looked(self, folder: str) -> str:
        if self._missed.get(folder, 0.0) > time.monotonic():
            return folder
        moved = self._beside.joinpath(*_SEPARATORS.split(folder)[-_LEVELS:])
        if str(moved) != folder:
            if not moved.is_dir():
                self._missed[folder] = time.monotonic() + _AGAIN_S  # it may be there later
                return folder
            if not Path(folder).is_dir():
                self._folders[folder] = str(moved)
                return str(moved)
        self._folders[folder] = folder
        return folder
