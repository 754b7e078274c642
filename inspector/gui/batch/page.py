"""The Batch page: how well a folder of pictures is judged. A run is a process of its own; this page looks at it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.batch import BatchRequest
from inspector.domain.errors import PictureError
from inspector.gui.batch.bar import BatchBar
from inspector.gui.batch.exporter import ExportJob
from inspector.gui.batch.results_card import ResultsCard
from inspector.gui.batch.run_chooser import RunChooser
from inspector.gui.batch.run_details import RunDetails
from inspector.gui.batch.teaching import BatchTeaching
from inspector.gui.batch.words import not_inspected_words, survey_words
from inspector.gui.widgets.dropped import dropped_paths, holds_files
from inspector.gui.widgets.later import Page
from inspector.people.roles import Permission
from inspector.pictures import place_of

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent

    from inspector.batch import BatchRun
    from inspector.domain.class_words import ClassWords
    from inspector.gui.batch.desk import BatchDesk
    from inspector.gui.batch.exporter import Exporter, ExportKind
    from inspector.gui.batch.picture_reader import PictureReader
    from inspector.gui.batch.run_watch import RunWatch
    from inspector.gui.batch.store import Judges, Reading, SurveyedFolder
    from inspector.gui.station.hand_lessons import HandLessons
    from inspector.gui.station.people_desk import PeopleDesk
    from inspector.gui.widgets.thumbnails import Thumbnails
    from inspector.recipes.recipe import Recipe

_RECENT = 12
_TABLES = {".csv", ".tsv"}


class BatchPage(Page):
    """See the module.

    Args:
        desk: Looks at folders; starts, stops and deletes runs.
        watch: Reads the results of the run that is looked at.
        pictures: Reads the chosen picture and computes its heatmaps.
        thumbnails: For the gallery.
        lessons: Takes what is said of a picture, for a training.
        people: Tells who acts now, and what that one may do.
    """

    def __init__(
        self,
        *,
        desk: BatchDesk,
        watch: RunWatch,
        pictures: PictureReader,
        exporter: Exporter,
        thumbnails: Thumbnails,
        lessons: HandLessons,
        people: PeopleDesk,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._people = people
        self.desk, self._watch = desk, watch
        self._exporter, self._thumbnails = exporter, thumbnails
        self._recipe: Recipe | None = None  # in force
        self._run_id = self._other_id = ""
        self._labels = ""  # the table that the labels of what is shown come from
        self._why = ""  # the run's own, which goes when it is gone
        self._reading: Reading | None = None
        self._entered = False
        self.setAcceptDrops(True)
        self._build(pictures)
        self.chooser = RunChooser(desk, self)
        self._connect()
        self.teaching = BatchTeaching(lessons, self.details.picture.teach, self)
        self._show(None)

    # --- building -----------------------------------------------------------------------------------------------------

    def _build(self, pictures: PictureReader) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.setSpacing(10)
        self.bar = BatchBar(self)
        column.addWidget(self.bar)
        body = QHBoxLayout()
        body.setSpacing(10)
        self.results = ResultsCard(self._thumbnails, self)
        body.addWidget(self.results, 3)
        self.details = RunDetails(pictures, self)
        body.addWidget(self.details, 2)
        column.addLayout(body, 1)

    def _connect(self) -> None:
        bar = self.bar
        bar.folder_chosen.connect(self.choose_folder)
        bar.labels_chosen.connect(self.choose_labels)
        bar.class_words.told.connect(lambda words: self._survey_again(self._labels, words))
        bar.inspect_wanted.connect(self.inspect)
        bar.stop_wanted.connect(self._stop)
        bar.resume_wanted.connect(self._resume)
        bar.runs_wanted.connect(self.chooser.ask_run)
        bar.compare_wanted.connect(self._ask_compare)
        bar.exports.wanted.connect(self._export)
        bar.export_line.cancelled.connect(self._exporter.cancel)
        self._exporter.changed.connect(bar.export_line.show_state)
        self.desk.history_read.connect(self._on_history)
        self.desk.judges_read.connect(self._on_judges)
        self.desk.begun.connect(self._on_begun)
        self.desk.changed.connect(self._look)
        self.desk.failed.connect(self._on_failed)
        self._watch.read.connect(self._show)
        self._watch.failed.connect(bar.show_fault)
        self.chooser.taken.connect(self._take_run)
        self.chooser.compare_wanted.connect(self._compare_with)
        self.chooser.deleted.connect(self._on_deleted)
        self.results.chosen.connect(self._show_picture)
        self.results.selection_changed.connect(self._teach)
        self.results.query_changed.connect(self._look)
        self.results.browse_button.clicked.connect(bar.browse.click)
        self.details.confusion.pressed.connect(self.results.show_cell)
        self.details.comparison.ended.connect(lambda: self._compare_with(""))
        self.details.comparison.flips_wanted.connect(lambda: self.results.show_chip("flips"))
        for key, action in (
            ("H", self.details.picture.next_mode),
            ("M", self.details.picture.kind_button.click),
            ("Ctrl+G", self.results.toggle_view),
            ("Ctrl+F", self.results.filters.text.setFocus),
            ("Esc", lambda: self._compare_with("")),
        ):
            QShortcut(QKeySequence(key), self, action)
        for scope in (self.results.table, self.results.gallery, self.details):  # fields take these letters themselves
            for key, button in self._letters().items():
                shortcut = QShortcut(QKeySequence(key), scope, button.click)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _letters(self) -> dict[str, QPushButton]:
        teach = self.details.picture.teach
        return {"G": teach.good, "D": teach.defective}

    # --- hand ---------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The page is shown: look at the runs, and at what there is to judge with."""
        self.desk.read_history()
        self.desk.read_judges()
        self.teaching.refresh()
        self._look()

    def show_recipe(self, recipe: Recipe | None) -> None:
        """Set the recipe in force, which is proposed to judge with; None where there is none."""
        self._recipe = recipe
        self._teach()

    def choose_folder(self, path: str) -> None:
        """Look at a folder, and at the last run of it, with the labels that this one took."""
        self.bar.show_fault("")
        self.bar.export_line.forget()
        self._show_labels("")
        self.bar.class_words.clear()
        if not path:
            self._show_run(None)
            self.bar.say("")
            return
        self.bar.say("Looking at the folder…")

        def failed(error: Exception) -> None:
            self.choose_folder("")
            self.bar.show_fault(str(error))

        try:
            folder = place_of(path)
        except PictureError as error:  # an address with a password
            failed(error)
            return
        self.desk.survey(folder, None, None, self._show_folder, failed)

    def choose_labels(self, table: str) -> None:
        """Take the labels from a table, or, for an empty path, from the folders' names; as before where that fails."""
        self.bar.show_labels(table)
        self._survey_again(table, self.bar.class_words.said)

    def _survey_again(self, table: str, words: ClassWords) -> None:
        """Look at the folder once more, with labels and words as they are given."""
        self.bar.show_fault("")

        def failed(error: Exception) -> None:
            self.bar.show_labels(self._labels)
            self.bar.show_fault(str(error))

        if self.bar.path:
            self.desk.survey(place_of(self.bar.path), table, words, self._show_folder, failed)

    def _show_folder(self, surveyed: SurveyedFolder) -> None:
        self.bar.show_folder(str(surveyed.folder))
        self._show_labels(surveyed.labels)
        self._on_history(surveyed.runs)
        self._show_run(surveyed.last)
        self.bar.say(survey_words(surveyed.survey, surveyed.labels))
        self.bar.class_words.said = surveyed.words
        self.bar.show_survey(surveyed.survey)
        if surveyed.last is None:
            self.results.say(*not_inspected_words(other_labels=surveyed.inspected))

    def _show_labels(self, table: str) -> None:
        self._labels = table
        self.bar.show_labels(table)

    def inspect(self) -> None:
        """Start a run."""
        judge = self.bar.chosen_judge
        if judge is None or not self.bar.path:
            return
        kind, name = judge
        request = BatchRequest(
            folder=place_of(self.bar.path),
            who=self._people.actor.name,
            recipe=name if kind == "recipe" else "",
            model=name if kind == "model" else "",
            cluster=self.bar.cluster.address,
            labels_file=Path(self.bar.labels_file) if self.bar.labels_file else None,
            words=self.bar.class_words.said,
        )
        self.bar.inspect.setEnabled(False)
        self.desk.start(request)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a folder, or a table of labels."""
        if holds_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Look at what is dropped."""
        paths = dropped_paths(event)
        if paths:
            event.acceptProposedAction()
            path = str(paths[0])
            if paths[0].suffix.lower() in _TABLES and self.bar.path:
                self.choose_labels(path)
                return
            self.bar.show_folder(path)
            self.choose_folder(path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through the list, wherever the focus is."""
        steps = {"Up": -1, "Left": -1, "Down": 1, "Right": 1}
        key = QKeySequence(event.key()).toString()
        if key in self._letters():
            self._letters()[key].click()
        elif key in steps:
            self.results.step(steps[key])
        else:
            super().keyPressEvent(event)

    def _stop(self) -> None:
        if self._run is not None:
            self.desk.stop(self._run)

    def _resume(self) -> None:
        if self._run is not None:
            self.desk.resume(self._run)

    # --- runs ---------------------------------------------------------------------------------------------------------

    @property
    def _run(self) -> BatchRun | None:
        """The run that is shown."""
        return self._reading.run if self._reading is not None else None

    def _ask_compare(self) -> None:
        if self._run is not None:
            self.chooser.ask_other(self._run)

    def _take_run(self, run: BatchRun) -> None:
        self.desk.forget_survey()
        self.bar.show_folder(str(run.pictures))
        self._show_run(run)

    def _on_begun(self, run: BatchRun) -> None:
        self._thumbnails.clear()
        self._show_run(run)
        self.desk.read_history()

    def _on_failed(self, words: str) -> None:
        self.bar.show_fault(words)
        self._look()

    def _on_deleted(self, identity: str) -> None:
        if identity == self._run_id:
            self._show_run(None)
        elif identity == self._other_id:
            self._compare_with("")

    def _compare_with(self, identity: str) -> None:
        if identity != self._other_id:
            self._other_id = identity
            self._look()

    def _export(self, kind: ExportKind) -> None:
        run, rows = self._run, self.results.rows
        if run is None or rows is None or not self._people.allows(Permission.EXPORT):
            return
        path = self.bar.export_line.ask_target(kind, run.pictures.name)
        if path is not None:
            self._exporter.write(ExportJob(kind=kind, path=path, run=run, rows=rows, who=self._people.actor.name))

    def _on_history(self, runs: list[BatchRun]) -> None:
        self.bar.show_recent(list(dict.fromkeys(run.record.folder for run in runs))[:_RECENT])
        if not self._entered:
            self._entered = True
            first = next((run for run in runs if run.active), runs[0] if runs else None)
            if first is not None and not self._run_id and not self.bar.path:
                self._take_run(first)

    def _on_judges(self, judges: Judges) -> None:
        self.bar.show_judges(judges.recipes, judges.models, self._recipe)

    # --- reading ------------------------------------------------------------------------------------------------------

    def poll(self) -> None:
        """Take what has come in."""
        self.details.picture.poll()
        self._exporter.poll()
        if self.isVisible():
            self.results.gallery.poll()
        self._watch.poll(seen=self.isVisible())

    def release(self) -> None:
        """End what runs for the page only; a batch goes on."""
        self._thumbnails.close()
        self.details.picture.release()

    def _look(self) -> None:
        """Read and select anew."""
        if self._run_id:
            self._watch.look(self.results.query(self._run_id, self._other_id))

    # --- showing ------------------------------------------------------------------------------------------------------

    def _show_run(self, run: BatchRun | None) -> None:
        """Look at another run."""
        self.bar.show_fault("")
        self._why = ""
        self._run_id, self._other_id = run.id if run is not None else "", ""
        self._watch.end()
        if run is not None:
            self.bar.show_judge(run.record.recipe, run.record.model)
            self.bar.cluster.show_chosen(run.record.cluster)
            self._show_labels(run.record.labels_file)
            self.bar.class_words.said = run.record.words
            self.bar.show_survey(run.record.survey)
        self.results.clear_filters()
        self._show(None)
        self._look()

    def _show(self, reading: Reading | None) -> None:
        if reading is not None and reading.run is None:
            self._run_id = self._other_id = ""
            self._watch.end()
            self.bar.show_fault("This run has been deleted elsewhere. Choose another one, or inspect again.")
            reading = None
        before, self._reading = self._reading, reading
        run = reading.run if reading is not None else None
        rows = reading.rows if reading is not None else None
        self.bar.show_run(run, len(rows.table) if rows is not None else 0)
        why = "" if run is None else run.progress.waiting if run.active else run.why
        if why != self._why:
            self._why = why
            self.bar.show_fault(why)
        self.results.show_reading(reading)
        self.details.show_reading(reading)
        if run is not None and not run.active and self.results.current < 0:
            self.results.step(0)  # the first picture
        beside = before is not None and reading is not None and before.other is not reading.other
        if beside or rows is None or self.results.current < 0:
            self._show_picture(self.results.current)

    def _show_picture(self, place: int) -> None:
        self.details.show_picture(self._reading, self.results.rows, place)
        self._teach()

    def _teach(self) -> None:
        reading = self.details.picture.reading
        changed = reading is not None and reading.changed
        selected = self.results.selected
        alone = selected == [self.results.current]  # of several it is asked when they are taken
        self.teaching.show(self._run, self.results.rows, selected, self._recipe, changed=changed and alone)
