"""The top of the Batch page: which folder, judged by what, how far it is, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from inspector.domain.class_folders import in_words
from inspector.domain.sentence import sentence
from inspector.gui.batch.export_line import ExportLine, ExportMenu
from inspector.gui.batch.words import judge_words, progress_words, survey_words
from inspector.gui.widgets.basics import OneLine, card, label
from inspector.gui.widgets.cluster_line import ClusterLine
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.gui.widgets.sign_line import SignLine
from inspector.gui.widgets.words_box import WordsBox
from inspector.runs.state import ProcessState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.batch import BatchRun, Survey
    from inspector.recipes.recipe import Recipe

_CAN_GO_ON = (ProcessState.STOPPED, ProcessState.FAILED)


class BatchBar(QWidget):
    """See the module; emits wishes."""

    folder_chosen = Signal(str)
    labels_chosen = Signal(str)  #: a table of labels; empty: the folders' names
    inspect_wanted = Signal()
    stop_wanted = Signal()
    resume_wanted = Signal()
    runs_wanted = Signal()
    compare_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = self._labels = ""
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(self._build_fields(frame))
        row = QHBoxLayout()
        row.setSpacing(10)
        self.words = OneLine()
        row.addWidget(self.words, 1)
        self.bar = QProgressBar(frame)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(220, 10)
        self.bar.setAccessibleName("Progress of the batch")
        row.addWidget(self.bar)
        self.progress = label("", "muted")
        self.progress.setMinimumWidth(190)
        self.progress.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.progress)
        layout.addLayout(row)
        self.cluster = ClusterLine(
            "Judge on the cluster",
            "Workers judge the pictures. Each must see the folder under the same path, or reach the object store",
            frame,
        )
        layout.addWidget(self.cluster)
        self.sign_line = SignLine(frame)
        layout.addWidget(self.sign_line)
        self.class_words = WordsBox("neither: no label", frame)
        layout.addWidget(self.class_words)
        self.export_line = ExportLine(frame)
        layout.addWidget(self.export_line)
        self.fault = label("", "fault")
        self.fault.setWordWrap(True)
        self.fault.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.fault.hide()
        layout.addWidget(self.fault)
        self._holds = ""  # what is known of the folder, without the judge of a run
        self.show_run(None, 0)

    def _build_judge(self, frame: QWidget) -> ChoiceBox:
        judge = ChoiceBox(frame)
        judge.setAccessibleName("Recipe or model")
        judge.setPlaceholderText("Recipe or model")
        judge.setToolTip("Judge with a recipe's model, operating point and quality limits, or with a model's own")
        judge.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        judge.setMinimumContentsLength(14)
        judge.currentIndexChanged.connect(lambda _: self._on_judge())
        return judge

    def _build_fields(self, frame: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.folder = ChoiceBox(frame)
        self.folder.setEditable(True)
        self.folder.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.folder.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.folder.setAccessibleName("Folder of pictures")
        self.folder.setToolTip(
            "The pictures of this folder and of those inside it; the arrow lists earlier ones. "
            "A folder in an object store is its address, as s3://bucket/folder"
        )
        field = self.folder.lineEdit()
        assert field is not None
        field.setPlaceholderText("Drop a folder of pictures here, or choose one")
        field.setAccessibleName("Folder of pictures")
        field.editingFinished.connect(self._typed)
        self.folder.activated.connect(lambda _: self._typed())
        row.addWidget(self.folder, 1)
        self.browse = QPushButton("Browse…", frame)
        self.browse.setToolTip("Choose a folder of pictures")
        self.browse.clicked.connect(self._browse)
        row.addWidget(self.browse)
        row.addWidget(self._build_labels(frame))
        self.judge = self._build_judge(frame)
        row.addWidget(self.judge)
        self.inspect = QPushButton("Inspect", frame)
        self.inspect.setProperty("kind", "primary")
        self.inspect.setToolTip("Judge every picture of the folder (Ctrl+Return); the line goes on meanwhile")
        self.inspect.setShortcut("Ctrl+Return")
        self.inspect.clicked.connect(self.inspect_wanted)
        self.stop = QPushButton("Stop", frame)
        self.stop.setToolTip("End after the pictures at hand; it can be resumed")
        self.stop.clicked.connect(self.stop_wanted)
        self.resume = QPushButton("Resume", frame)
        self.resume.setToolTip("Judge what has no verdict yet, what was added or changed since, and errors again")
        self.resume.clicked.connect(self.resume_wanted)
        self.export = QPushButton("Export", frame)
        self.export.setToolTip("Write the results as a table, sorted copies or a report")
        self.export.setProperty("kind", "menu")
        self.exports = ExportMenu(self.export)
        self.export.setMenu(self.exports)
        self.compare = QPushButton("Compare…", frame)
        self.compare.setToolTip("Lay another run of the same folder beside this one")
        self.compare.clicked.connect(self.compare_wanted)
        self.runs = QPushButton("Runs…", frame)
        self.runs.setToolTip("Earlier runs: show or delete one")
        self.runs.clicked.connect(self.runs_wanted)
        for button in (self.inspect, self.stop, self.resume, self.export, self.compare, self.runs):
            row.addWidget(button)
        return row

    def _build_labels(self, frame: QWidget) -> QPushButton:
        self.labels = QPushButton("Labels", frame)
        self.labels.setProperty("kind", "menu")
        menu = QMenu(self.labels)
        self.labels_of_folders = menu.addAction("From the folders' names", lambda: self.labels_chosen.emit(""))
        self.labels_of_folders.setCheckable(True)
        self.labels_of_table = menu.addAction("From a table…", self._browse_labels)
        self.labels_of_table.setCheckable(True)
        self.labels.setMenu(menu)
        self.show_labels("")
        return self.labels

    # --- showing ------------------------------------------------------------------------------------------------------

    @property
    def labels_file(self) -> str:
        """The table of labels that is chosen; empty: the folders' names."""
        return self._labels

    def show_labels(self, path: str) -> None:
        """Set where labels come from; nothing is emitted."""
        self._labels = path
        self.labels_of_folders.setChecked(not path)
        self.labels_of_table.setChecked(bool(path))
        known = path or "the names of folders: one called good, and beside it the defects"
        self.labels.setToolTip(
            f"Which pictures are known to be good or defective: from {known}. A table is a CSV file with the columns "
            "path, label and, where wanted, defect_type and category; it can be dropped here, too"
        )

    @property
    def path(self) -> str:
        """The folder that is chosen."""
        return self._folder

    def show_folder(self, path: str) -> None:
        """Set the folder; nothing is emitted."""
        self._folder = path
        self.folder.setEditText(path)
        self._show_ready()

    def show_recent(self, paths: Sequence[str]) -> None:
        """Set the folders to choose from."""
        if [self.folder.itemText(place) for place in range(self.folder.count())] != list(paths):
            text = self.folder.currentText()
            self.folder.clear()
            self.folder.addItems(list(paths))
            self.folder.setEditText(text)

    def show_judges(self, recipes: Sequence[str], models: Sequence[str], in_force: Recipe | None) -> None:
        """Set what can judge; the choice stays.

        At first it is the recipe in force; of one that is not saved, its model, where that is one of the station's.
        """
        wanted = [("recipe", name) for name in recipes] + [("model", name) for name in models]
        if [self.judge.itemData(place) for place in range(self.judge.count())] == wanted:
            return
        first = [("recipe", in_force.name), ("model", in_force.model)] if in_force is not None else []
        kept = next((judge for judge in (self.judge.currentData(), *first) if judge in wanted), None)
        self.judge.clear()
        for kind, name in wanted:
            self.judge.addItem(name if kind == "recipe" else f"model {name}", (kind, name))
        self.judge.setCurrentIndex(-1 if kept is None else wanted.index(kept))
        self._show_ready()

    def show_judge(self, recipe: str, model: str) -> None:
        """Choose what a run was judged with, where that is still there."""
        wanted = ("recipe", recipe) if recipe else ("model", model)
        for place in range(self.judge.count()):
            if self.judge.itemData(place) == wanted:
                self.judge.setCurrentIndex(place)

    @property
    def chosen_judge(self) -> tuple[str, str] | None:
        """Whether a recipe or a model judges ("recipe", "model"), and its name; None where there is neither."""
        judge = self.judge.currentData()
        return None if judge is None else (str(judge[0]), str(judge[1]))

    def show_run(self, run: BatchRun | None, rows: int) -> None:
        """Show the run that is looked at, and what can be done with it.

        Args:
            run: None where none is chosen.
            rows: Rows that have been read of it.
        """
        active = run is not None and run.active
        self.inspect.setVisible(not active)
        self.stop.setVisible(active)
        self.stop.setEnabled(run is not None and run.state is not ProcessState.STOPPING)
        self.resume.setVisible(run is not None and run.state in _CAN_GO_ON)
        self.export.setVisible(rows > 0)
        self.compare.setVisible(rows > 0)
        self.bar.setVisible(run is not None)
        self._show_ready()
        if run is None:
            self.progress.setText("")
            return
        words, share = progress_words(run, rows)
        self.progress.setText(words)
        self.bar.setRange(0, 0 if share is None and active else 1000)
        self.bar.setValue(round(1000 * (share or 0.0)))
        self.bar.setAccessibleDescription(words)
        if run.record.survey is not None:
            if active:
                self.show_survey(run.record.survey)
            self.say(survey_words(run.record.survey, run.record.labels_file), judge_words(run))
        elif active:
            self.say(self._holds)  # not the judge of the run before

    def show_survey(self, survey: Survey | None) -> None:
        """Say how the words of folders or table were understood, and ask for those that nobody knows."""
        if survey is not None and survey.unknown:
            self.class_words.ask(survey.unknown)
        else:
            self.class_words.show_understood(in_words(survey.words) if survey is not None else [])
        self._show_ready()

    def say(self, words: str, judge: str = "") -> None:
        """Set what is said of the folder, and by what it is judged."""
        self._holds = words
        self.words.say(f"{words} · {judge}" if judge else words)

    def show_fault(self, text: str) -> None:
        """Say what is wrong; nothing for an empty text."""
        self.fault.setText(sentence(text))
        self.fault.setVisible(bool(text))

    # --- hand ---------------------------------------------------------------------------------------------------------

    def _show_ready(self) -> None:
        ready = bool(self._folder) and self.chosen_judge is not None and not self.class_words.asking
        self.inspect.setEnabled(ready)
        self.labels.setEnabled(bool(self._folder))

    def _on_judge(self) -> None:
        kind, name = self.chosen_judge or ("", "")
        self.sign_line.look_at(name if kind == "model" else "")
        self._show_ready()

    def _typed(self) -> None:
        path = self.folder.currentText().strip()
        if path != self._folder:
            self._folder = path
            self._show_ready()
            self.folder_chosen.emit(path)

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Choose a folder of pictures", self._folder)
        if chosen:
            self.folder.setEditText(chosen)
            self._typed()

    def _browse_labels(self) -> None:
        self.show_labels(self._labels)  # the hand has turned the tick round
        kinds = "Tables (*.csv *.tsv *.txt);;All files (*)"
        chosen, _ = QFileDialog.getOpenFileName(self, "Choose a table of labels", self._labels or self._folder, kinds)
        if chosen:
            self.labels_chosen.emit(chosen)
