"""The Batch page: how well a folder of pictures is judged. A run is a process of its own; this page looks at it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from inspector.batch import BatchRequest, BatchRun, BatchRuns
from inspector.gui.batch.bar import BatchBar
from inspector.gui.batch.comparison_card import ComparisonCard
from inspector.gui.batch.confusion_table import ConfusionTable
from inspector.gui.batch.description import describe
from inspector.gui.batch.exports import Exporter
from inspector.gui.batch.gallery import PICTURE_H, PICTURE_W
from inspector.gui.batch.picture_card import PictureCard
from inspector.gui.batch.picture_reader import PictureReader, make_thumbnail
from inspector.gui.batch.results_card import ResultsCard
from inspector.gui.batch.run_chooser import RunChooser
from inspector.gui.batch.store import BatchStore, Query, Reading, SurveyedFolder
from inspector.gui.batch.words import named, not_inspected_words, survey_words, words_without_labels
from inspector.gui.widgets.later import Page
from inspector.gui.widgets.thumbnails import Thumbnails

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent

    from inspector.assembly import RecipeEntry
    from inspector.gui.station.session import Session
    from inspector.vision.store import ModelEntry

_EVERY_S = 0.5
#: Looking at a run that grows takes this share of the worker's time at most: one in so many.
_PAUSES = 15
_RECENT = 12
_TABLES = {".csv", ".tsv"}


class BatchPage(Page):
    """See the module.

    Args:
        session: The station; its workers do everything that touches files, processes and models.
        runs: The batches; used on one worker only.
    """

    def __init__(self, session: Session, runs: BatchRuns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._store = BatchStore(runs)
        self._work = session.workers.make("batches")
        self._thumbnails = Thumbnails(lambda file: make_thumbnail(file, PICTURE_W, PICTURE_H))
        self._run_id = self._other_id = ""
        self._why = ""  # the run's own, which goes when it is gone
        self._reading: Reading | None = None
        self._busy = self._again = False
        self._entered = False
        self._next_s = 0.0
        self.setAcceptDrops(True)
        self._build()
        self.chooser = RunChooser(self._store, self._do, self)
        self.exporter = Exporter(session, self.bar.export_line, self.bar.export.menu())
        self._viewer = PictureReader(session, self.picture.show_looked)
        self._connect()
        self._show(None)

    # --- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.setSpacing(10)
        self.bar = BatchBar(self)
        column.addWidget(self.bar)
        body = QHBoxLayout()
        body.setSpacing(10)
        self.results = ResultsCard(self._thumbnails, self)
        body.addWidget(self.results, 3)
        self._side = QWidget(self)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(10)
        self.picture = PictureCard(self._side)
        side.addWidget(self.picture, 1)
        self.confusion = ConfusionTable(self._side)
        side.addWidget(self.confusion)
        self.compare = ComparisonCard(self._side)
        side.addWidget(self.compare)
        body.addWidget(self._side, 2)
        column.addLayout(body, 1)

    def _connect(self) -> None:
        bar = self.bar
        bar.folder_chosen.connect(self.choose_folder)
        bar.labels_chosen.connect(self.choose_labels)
        bar.inspect_wanted.connect(self.inspect)
        bar.stop_wanted.connect(self._stop)
        bar.resume_wanted.connect(self._resume)
        bar.runs_wanted.connect(self.chooser.ask_run)
        bar.compare_wanted.connect(self._ask_compare)
        self.chooser.taken.connect(self._take_run)
        self.chooser.compare_wanted.connect(self._compare_with)
        self.chooser.deleted.connect(self._on_deleted)
        self.chooser.history_read.connect(self._on_history)
        self.exporter.wanted.connect(self._export)
        self.results.chosen.connect(self._show_picture)
        self.results.query_changed.connect(self._look)
        self.results.browse_button.clicked.connect(bar.browse.click)
        self.confusion.pressed.connect(self.results.show_cell)
        self.picture.mode_changed.connect(lambda mode: self._viewer.want_heatmap(heatmap=mode != "original"))
        self.compare.ended.connect(lambda: self._compare_with(""))
        self.compare.flips_wanted.connect(lambda: self.results.show_chip("flips"))
        for key, action in (
            ("H", self.picture.next_mode),
            ("Ctrl+G", self.results.toggle_view),
            ("Ctrl+F", self.results.filters.text.setFocus),
            ("Esc", lambda: self._compare_with("")),
        ):
            QShortcut(QKeySequence(key), self, action)

    # --- hand ---------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The page is shown: look at the runs, and at what there is to judge with."""
        self.chooser.refresh()
        store = self._session.store
        self._session.work.do(lambda: (store.recipes(), store.models()), self._on_judges)
        self._look()

    def choose_folder(self, path: str) -> None:
        """Look at a folder, and at the last run of it, with the labels that this one took."""
        self.bar.show_fault("")
        self.bar.show_labels("")
        if not path:
            self._show_run(None)
            self.bar.say("")
            return
        self.bar.say("Looking at the folder…")

        def failed(error: Exception) -> None:
            self.choose_folder("")
            self.bar.show_fault(str(error))

        self._survey(path, None, failed)

    def choose_labels(self, table: str) -> None:
        """Take the labels from a table, or, for an empty path, from the folders' names; as before where that fails."""
        before = self.bar.labels_file
        self.bar.show_labels(table)
        self.bar.show_fault("")

        def failed(error: Exception) -> None:
            self.bar.show_labels(before)
            self.bar.show_fault(str(error))

        if self.bar.path:
            self._survey(self.bar.path, table, failed)

    def _survey(self, path: str, labels: str | None, failed: Callable[[Exception], None]) -> None:
        """Look at a folder (`BatchStore.survey`); nothing comes of it where another one has been chosen meanwhile."""

        def found(one: SurveyedFolder) -> None:
            self.bar.show_folder(str(one.folder))
            self.bar.show_labels(one.labels)
            self._on_history(one.runs)
            self._show_run(one.last)
            self.bar.say(survey_words(one.found, one.labels))
            if one.last is None:
                self.results.say(*not_inspected_words(other_labels=one.inspected))

        def if_wanted(do: Callable[..., None]) -> Callable[..., None]:
            return lambda value: do(value) if self.bar.path == path else None

        self._work.do(lambda: self._store.survey(Path(path), labels), if_wanted(found), if_wanted(failed))

    def inspect(self) -> None:
        """Start a run."""
        judge = self.bar.chosen_judge
        if judge is None or not self.bar.path:
            return
        kind, name = judge
        request = BatchRequest(
            folder=Path(self.bar.path),
            recipe=name if kind == "recipe" else "",
            model=name if kind == "model" else "",
            labels_file=Path(self.bar.labels_file) if self.bar.labels_file else None,
        )
        self.bar.inspect.setEnabled(False)

        def begun(run: BatchRun) -> None:
            self._thumbnails.clear()
            self._show_run(run)
            self.chooser.refresh()

        self._do(lambda: self._store.start(request), begun)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a folder, or a table of labels."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Look at what is dropped."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            if Path(paths[0]).suffix.lower() in _TABLES and self.bar.path:
                self.choose_labels(paths[0])
                return
            self.bar.show_folder(paths[0])
            self.choose_folder(paths[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through the list, wherever the focus is."""
        steps = {"Up": -1, "Left": -1, "Down": 1, "Right": 1}
        step = steps.get(QKeySequence(event.key()).toString())
        if step is None:
            super().keyPressEvent(event)
        else:
            self.results.step(step)

    def _stop(self) -> None:
        self._with_run(self._store.runs.stop)

    def _resume(self) -> None:
        self._with_run(self._store.runs.resume)

    def _with_run(self, act: Callable[[BatchRun], None]) -> None:
        run = self._reading.run if self._reading is not None else None
        if run is not None:
            self._do(lambda: act(run), lambda _: self._look())

    # --- runs ---------------------------------------------------------------------------------------------------------

    def _ask_compare(self) -> None:
        here = self._reading.run if self._reading is not None else None
        if here is not None:
            self.chooser.ask_other(here)

    def _take_run(self, run: BatchRun) -> None:
        self.bar.show_folder(str(run.pictures))
        self._show_run(run)

    def _on_deleted(self, identity: str) -> None:
        if identity == self._run_id:
            self._show_run(None)
        elif identity == self._other_id:
            self._compare_with("")

    def _compare_with(self, identity: str) -> None:
        if identity != self._other_id:
            self._other_id = identity
            self._look()

    def _export(self, kind: str) -> None:
        reading, rows = self._reading, self.results.rows
        if reading is not None and reading.run is not None and rows is not None:
            self.exporter.ask(kind, reading.run, rows)

    def _on_history(self, runs: list[BatchRun]) -> None:
        self.bar.show_recent(list(dict.fromkeys(run.record.folder for run in runs))[:_RECENT])
        if not self._entered:
            self._entered = True
            first = next((run for run in runs if run.active), runs[0] if runs else None)
            if first is not None and not self._run_id and not self.bar.path:
                self._take_run(first)

    def _on_judges(self, found: tuple[list[RecipeEntry], list[ModelEntry]]) -> None:
        recipes, models = found
        current = self._session.recipe.name if self._session.recipe is not None else ""
        self.bar.show_judges(
            [entry.name for entry in recipes if not entry.fault],
            [entry.name for entry in models if not entry.fault],
            current,
        )

    # --- reading ------------------------------------------------------------------------------------------------------

    def poll(self) -> None:
        """Take what has come in."""
        self.picture.poll()
        self.exporter.poll()
        if self.isVisible():
            self.results.gallery.poll()
        reading = self._reading
        if reading is None or self._busy or time.perf_counter() < self._next_s:
            return
        moving = [run for run in (reading.run, reading.other) if run is not None and run.active]
        if not reading.caught_up or (moving and self.isVisible()):
            self._look()

    def release(self) -> None:
        """End what runs for the page only; a batch goes on."""
        self._thumbnails.close()
        self.picture.release()

    def _look(self) -> None:
        """Read and select anew; while that is being done, once more afterwards."""
        if not self._run_id:
            return
        if self._busy:
            self._again = True
            return
        self._busy = True
        query = self.results.query(self._run_id, self._other_id)
        self._work.do(
            lambda: self._store.look(query), self._on_reading, lambda error: self._on_reading_failed(query, error)
        )

    def _on_reading(self, reading: Reading) -> None:
        self._busy = False
        pause_s = max(_EVERY_S, _PAUSES * reading.took_s) if reading.caught_up else 0.0
        self._next_s = time.perf_counter() + pause_s
        wanted = (self._run_id, self._other_id)
        if (reading.query.run, reading.query.other) == wanted:
            self._show(reading)
        if self._again or reading.query.run != wanted[0]:
            self._again = False
            self._look()

    def _on_reading_failed(self, query: Query, error: Exception) -> None:
        self._busy = False
        self.bar.show_fault(str(error))
        if query.run != self._run_id:
            self._look()

    def _do(self, task: Callable[[], object], done: Callable[..., None]) -> None:
        def failed(error: Exception) -> None:
            self.bar.show_fault(str(error))
            self._look()

        def well(value: object) -> None:
            done(value)

        self._work.do(task, well, failed)

    # --- showing ------------------------------------------------------------------------------------------------------

    def _show_run(self, run: BatchRun | None) -> None:
        """Look at another run."""
        self.bar.show_fault("")
        self._why = ""
        self._run_id, self._other_id = run.id if run is not None else "", ""
        if run is not None:
            self.bar.show_judge(run.record.recipe, run.record.model)
            self.bar.show_labels(run.record.labels_file)
        self.results.clear_filters()
        self._show(None)
        self._look()

    def _show(self, reading: Reading | None) -> None:
        if reading is not None and reading.run is None:
            self._run_id = self._other_id = ""
            self.bar.show_fault("This run has been deleted elsewhere. Choose another one, or inspect again.")
            reading = None
        before, self._reading = self._reading, reading
        run = reading.run if reading is not None else None
        rows = reading.rows if reading is not None else None
        self.bar.show_run(run, len(rows.table) if rows is not None else 0)
        why = run.why if run is not None else ""
        if why != self._why:
            self._why = why
            self.bar.show_fault(why)
        self.results.show_reading(reading)
        self._show_side(reading)
        if run is not None and not run.active and self.results.current < 0:
            self.results.step(0)  # the first picture
        beside = before is not None and reading is not None and before.other is not reading.other
        if beside or rows is None or self.results.current < 0:
            self._show_picture(self.results.current)

    def _show_side(self, reading: Reading | None) -> None:
        comparison = reading.comparison if reading is not None else None
        comparing = reading is not None and comparison is not None
        self._side.setVisible(reading is not None)
        self.compare.setVisible(comparing)
        self.confusion.setVisible(reading is not None and not comparing)
        if reading is None or reading.run is None:
            return
        if comparison is not None and reading.other is not None:
            self.compare.show_comparison(comparison, (named(reading.run), named(reading.other)))
        else:
            self.confusion.show_confusion(reading.confusion, words_without_labels(reading.run))
            self.confusion.show_evidence(reading.evidence, reading.warnings)

    def _show_picture(self, place: int) -> None:
        reading = self._reading
        rows = self.results.rows
        if place < 0 or reading is None or reading.run is None or rows is None:
            self.picture.show_told(None)
            self._viewer.want(None, heatmap=False)
            return
        told, wanted = describe(reading, rows, place)
        self.picture.show_told(told)
        self._viewer.want(wanted, heatmap=self.picture.mode != "original")
