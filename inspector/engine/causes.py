"""Watches recorded parts: takes a reference of good ones, then says when lamp, lens, fixture or process move."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.assignable import Cause, CauseWatch, figures_of
from inspector.domain.causes import cause_of
from inspector.domain.records import Verdict
from inspector.files import FileError
from inspector.outputs.references import KeptFinding, KeptReference, ReferenceFiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from inspector.domain.assignable import NamedCause
    from inspector.domain.picture_measures import PictureMeasures
    from inspector.domain.records import Decision, Frame, Image, ModelIdentity, Part
    from inspector.engine.board import Board
    from inspector.engine.status import EngineStatus, PartInspected
    from inspector.recipes.recipe import Recipe

    Warn = Callable[[datetime, str, int], None]

_log = logging.getLogger(__name__)
#: What was gathered for a reference is kept every so many good parts, or once it has grown by a quarter, so that a
#: restart does not begin it anew.
_KEPT_EVERY, _GROWN = 100, 4
_TIMES = 5_000
#: Where few parts pass, the reference holds the last of so many times as many parts.
_MOST = 2


class Causes:
    """Owned by the engine, a listener of the board after the alarms. It outlives the lines. Who starts and stops lines
    calls `begin` and `end`; the thread that records calls the rest.

    Args:
        board: Says which parts are recorded.
        warn: Gives an alarm: since when, what, for how many parts.
    """

    def __init__(self, board: Board, warn: Warn) -> None:
        self._warn = warn
        self._lock = threading.Lock()
        self._views: dict[int, _ViewWatch] = {}
        self._recipe: Recipe | None = None
        self._folder: Path | None = None
        board.subscribe(self)

    def recall(self, folder: Path) -> None:
        """Keep references in a folder from now on, and take up those that are there.

        Args:
            folder: See `inspector.outputs.references.references_folder`.
        """
        with self._lock:
            if folder != self._folder:
                self._folder, self._views = folder, {}

    def begin(self, recipe: Recipe) -> None:
        """Watch the parts of a line that starts; what was seen of the same pictures goes on."""
        with self._lock:
            if self._recipe is None or recipe.name != self._recipe.name:
                self._views = {}
            self._recipe = recipe

    def end(self, timeout_s: float) -> None:
        """Keep what was gathered; waits for its disk no longer than this."""
        with self._lock:
            views = list(self._views.values())
        for view in views:
            view.end(timeout_s)

    def on_part(self, event: PartInspected) -> None:
        """Take a part that is in the log."""
        recipe = self._recipe
        part = event.inspection
        if recipe is None or not recipe.watch.on or part.recipe != recipe.name:
            return
        if not event.views:
            self._see(0, "", part.measures, part.decision, part.model, event.part, part.time_utc)
        for place, view in enumerate(event.views):
            self._see(place, view.name, view.measures, view.decision, view.model, view.part, part.time_utc)

    def on_status(self, status: EngineStatus) -> None:
        """Nothing: it looks at parts."""

    def on_frame(self, frame: Frame) -> None:
        """Nothing: likewise."""

    def _see(
        self,
        place: int,
        name: str,
        measures: PictureMeasures | None,
        decision: Decision,
        model: ModelIdentity | None,
        part: Part | None,
        at: datetime,
    ) -> None:
        recipe = self._recipe
        if measures is None or model is None or part is None or recipe is None:
            return
        with self._lock:
            view = self._views.get(place)
            identity = _identity(recipe, place, model.sha256)
            if view is None or view.identity != identity:
                files = None if self._folder is None else ReferenceFiles(self._folder, recipe.name, place)
                view = self._views[place] = _ViewWatch(identity, model.sha256, recipe.watch.parts, files)
        values = figures_of(measures, decision.strangeness, decision.p_defective)
        finding = view.see(values, part.pixels, at, passed=decision.verdict is Verdict.PASS)
        if finding is not None:
            where = f" at the view {name}" if name and place else ""
            self._warn(view.since(finding.parts), words_of(finding.cause, finding.evidence, where), finding.parts)


def words_of(cause: Cause, evidence: str, where: str = "") -> str:
    """Return a finding as the beginning of a sentence, as “the lamp has changed: brightness 112 → 96, -14 %”."""
    only = "while light, sharpness and place are as they were, " if cause is Cause.PROCESS else ""
    return f"the {cause.value}{where} has changed: {only}{evidence}"


def _identity(recipe: Recipe, place: int, model_sha256: str) -> str:
    """Return what a reference counts for: what makes the pictures, and what judges them."""
    view = recipe if place == 0 else recipe.of_view(recipe.views[place - 1])
    pictures = (view.source, view.source_options, view.region, recipe.trigger.crop, recipe.trigger.part_size_px)
    said = (*pictures, recipe.watch.reference, model_sha256)
    return hashlib.sha256(repr(said).encode()).hexdigest()


class _ViewWatch:
    """One view: gathers its reference, then watches against it."""

    def __init__(self, identity: str, model_sha256: str, parts: int, files: ReferenceFiles | None) -> None:
        self.identity = identity
        self._model_sha256, self._parts, self._files = model_sha256, parts, files
        self._gathered: deque[NDArray[np.float32]] = deque(maxlen=_MOST * parts)
        self._good = 0
        self._watch: CauseWatch | None = None
        self._times: deque[datetime] = deque(maxlen=_TIMES)
        self._keeping = threading.Lock()
        self._keeper: threading.Thread | None = None
        self._kept = 0
        kept = files.read() if files is not None else None
        if kept is not None and kept.identity == identity:
            self._gathered.extend(kept.values.astype(np.float32))
            self._good, self._kept = kept.good, kept.good
            self._try_to_begin(None, complete=kept.complete)
        elif files is not None:
            self._keep(files.forget_finding)

    def see(
        self, values: NDArray[np.float64], pixels: Callable[[], Image], at: datetime, *, passed: bool
    ) -> NamedCause | None:
        """Take a part's figures."""
        self._times.append(at)
        if self._watch is None:
            self._gathered.append(values.astype(np.float32))  # what did not pass, too: scores are watched of all parts
            self._good += passed
            if passed:
                self._try_to_begin(pixels)
            return None
        finding = self._watch.see(values)
        if finding is not None and self._files is not None:
            files, image = self._files, pixels()
            kept = KeptFinding(
                cause=finding.cause.value,
                evidence=finding.evidence,
                since=self.since(finding.parts),
                noticed=datetime.now(UTC),
                parts=finding.parts,
            )

            def keep() -> None:
                files.write_picture(files.now, image)
                files.write_finding(kept)

            self._keep(keep)
        return finding

    def since(self, parts: int) -> datetime:
        """Return when the part so many parts ago was captured, or the oldest that is remembered."""
        return self._times[max(0, len(self._times) - parts)] if self._times else datetime.now(UTC)

    def end(self, timeout_s: float) -> None:
        """Keep what was gathered."""
        if self._watch is None and self._good > self._kept:
            self._keep_gathered(None)
        keeper = self._keeper
        if keeper is not None:
            keeper.join(timeout_s)

    def _try_to_begin(self, pixels: Callable[[], Image] | None, *, complete: bool = False) -> None:
        if complete or self._good >= self._parts:
            self._watch = CauseWatch(np.array(self._gathered))
        grown = self._good - self._kept >= max(_KEPT_EVERY, self._kept // _GROWN)
        if pixels is not None and (grown or self._watch is not None):
            self._keep_gathered(pixels() if self._watch is not None else None)
        if self._watch is not None:
            self._gathered.clear()

    def _keep_gathered(self, picture: Image | None) -> None:
        files = self._files
        self._kept = self._good
        if files is None:
            return
        values = np.array(self._gathered)
        kept = KeptReference(
            identity=self.identity,
            model_sha256=self._model_sha256,
            good=self._good,
            complete=self._watch is not None,
            values=values,
        )

        def keep() -> None:
            files.write(kept)
            if picture is not None:
                files.write_picture(files.good, picture)

        self._keep(keep)

    def _keep(self, write: Callable[[], None]) -> None:
        """Write beside the line, which waits for no disk."""

        def guarded() -> None:
            with self._keeping:
                try:
                    write()
                except (FileError, OSError) as error:
                    _log.warning("what good parts' pictures are like is not kept: %s", cause_of(error))

        self._keeper = threading.Thread(target=guarded, name="reference", daemon=True)
        self._keeper.start()
