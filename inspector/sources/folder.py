"""A watched folder: the pictures that are there, then each new one, once, when it has stopped growing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError, SourceError
from inspector.domain.source import SourceKind, SourceSpec
from inspector.sources.identity import FileKey, KnownFiles
from inspector.sources.notices import Notices
from inspector.sources.pump import PumpedSource
from inspector.sources.visit import Patience, Visit, folder_identity

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator, Iterable
    from pathlib import Path

    from inspector.domain.records import BadPicture, Frame
    from inspector.domain.source_options import SourceOptions
    from inspector.pictures import LeftOut

_OPEN_LIMIT_S = 60.0
_SILENCE_S = 30.0


class FolderSource(PumpedSource):
    """Pictures of a folder; the work is done on the source's own thread, as a network share may hang.

    Args:
        options: ``recursive``, ``existing``, ``polling`` and ``bit_depth`` are used.
        seen: Returns the keys of the files that are in the record already, the newest last; see `FileKey`. It is called
            when the folder is opened.
        patience: None for the usual times.
    """

    def __init__(
        self,
        folder: Path,
        options: SourceOptions,
        seen: Callable[[], Iterable[str]],
        patience: Patience | None = None,
    ) -> None:
        self._folder = folder.absolute()
        super().__init__(
            str(SourceSpec(SourceKind.FOLDER, str(self._folder))),
            live=False,
            open_limit_s=_OPEN_LIMIT_S,
            silence_s=_SILENCE_S,
        )
        self._options = options
        self._seen = seen
        self._patience = patience or Patience()
        self._taken: dict[Path | None, str] = {}  # the newest key of every file
        self._left_out: list[FileKey] = []
        self._skip_existing = not options.existing
        self._visit: Visit | None = None

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """See `Source.left_out`."""
        return self._visit.left_out if self._visit is not None else ()

    def _took(self, item: Frame | BadPicture) -> None:
        self._taken.pop(item.origin.path, None)
        self._taken[item.origin.path] = item.origin.file_key

    def _produce(self, stop: threading.Event, first: int) -> Generator[Frame | BadPicture | None]:
        identity = folder_identity(self._folder)
        try:
            known = KnownFiles(self._seen())
        except InspectorError as error:
            raise SourceError(f"{self.name} cannot be opened: {error.what}", error.next_step) from error
        for key in [*self._left_out, *map(FileKey.parse, list(self._taken.values()))]:
            if key is not None:
                known.note(key)
        options = self._options
        # the watch first, then the list, so that nothing falls between
        with Notices(self._folder, recursive=options.recursive, polling=options.polling) as notices:
            visit = Visit(self.name, self._folder, identity, known, self._patience, options)
            visit.sequence = first
            self._visit = visit
            if self._skip_existing:
                self._left_out = visit.leave_out_existing(stop)
            else:
                visit.list_existing(stop)
            self._skip_existing = False
            yield None
            yield from visit.watch(stop, notices)
