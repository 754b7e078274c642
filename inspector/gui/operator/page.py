"""The operator view: see the package. It fills the window, and its letters grow with the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.config import TriggerMode
from inspector.domain.nearness import figures_in_words, part_in_words
from inspector.domain.sentence import sentence
from inspector.engine.faces import Face, is_fault
from inspector.gui.language.spoken import say
from inspector.gui.operator.advice import to_acknowledge, to_do
from inspector.gui.operator.big_counts import BigCounts
from inspector.gui.operator.big_verdict import BigVerdict
from inspector.gui.operator.last_failure import LastFailure
from inspector.gui.operator.sizes import Sizes, sizes_for
from inspector.gui.station.events import failure_of
from inspector.gui.station.face_words import explained
from inspector.gui.theme import font
from inspector.gui.widgets.basics import OneLine, card, label, set_tone
from inspector.gui.widgets.later import Page
from inspector.gui.widgets.run_buttons import RunButtons

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QShowEvent

    from inspector.engine.status import PartInspected
    from inspector.gui.station.events import Counts, Failure
    from inspector.gui.station.session import Session
    from inspector.gui.station.verdict_now import VerdictNow

#: Faces whose word says it all: what to do is enough.
_PLAIN = frozenset({Face.STOPPED, Face.WAITING, Face.ENDED, Face.WITHHELD, Face.NO_PART})
#: Faces beside which nothing but an acknowledgement is to be done.
_QUIET = frozenset({Face.PASS, Face.WAITING, Face.STARTING, Face.STOPPED, Face.ENDED})
_VERDICT_SHARE, _PICTURE_SHARE = 69, 31


class OperatorPage(Page):
    """See the module.

    Args:
        session: Tells what is so at the station, and does what is asked.
        now: The verdict of this moment.
    """

    leave_wanted = Signal()
    resized = Signal()  #: `sizes` are others

    def __init__(self, session: Session, now: VerdictNow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._now = session, now
        self.sizes = sizes_for(1280, 800, 100)
        self._failures: list[Failure] | None = None
        self._shown = ""  # id of the part in the picture, with what is known of it
        self._guests: list[QWidget] = []
        self._build()
        self._connect()

    # --- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 8, 12, 10)
        outer.setSpacing(10)
        self._strip = QHBoxLayout()
        self._strip.setSpacing(12)
        self.product = OneLine("", self)
        self._strip.addWidget(self.product, 1)
        self.leave_button = QPushButton(say("All pages (F12)"), self)
        self.leave_button.clicked.connect(self.leave_wanted)
        self._strip.addWidget(self.leave_button)
        outer.addLayout(self._strip)
        middle = QHBoxLayout()
        middle.setSpacing(10)
        self.verdict = BigVerdict(self)
        middle.addWidget(self.verdict, _VERDICT_SHARE)
        self.failure = LastFailure(self)
        middle.addWidget(self.failure, _PICTURE_SHARE)
        outer.addLayout(middle, 1)
        outer.addWidget(self._build_words())
        outer.addLayout(self._build_foot())

    def _build_words(self) -> QWidget:
        frame, layout = card(self)
        layout.setSpacing(2)
        self.advice, self.judged, self.figures = label(parent=frame), label(parent=frame), label(parent=frame)
        set_tone(self.judged, "muted")
        set_tone(self.figures, "muted")
        for words in (self.advice, self.judged, self.figures):
            words.setWordWrap(True)
            layout.addWidget(words)
        self.figures.hide()
        return frame

    def _build_foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(12)
        self.counts = BigCounts(self)
        foot.addWidget(self.counts, 1)
        buttons = QVBoxLayout()
        buttons.setSpacing(8)
        self.figures_button = QPushButton(say("Figures (I)"), self)
        self.figures_button.setCheckable(True)
        self.figures_button.setToolTip(say("Score, thresholds and reason, as the engineer reads them (I)"))
        self.figures_button.toggled.connect(lambda _: self._show())
        self._buttons = RunButtons(self)
        self.run_button, self.trigger_button = self._buttons.run, self._buttons.trigger
        buttons.addWidget(self.figures_button)
        buttons.addWidget(self._buttons)
        foot.addLayout(buttons)
        return foot

    def _connect(self) -> None:
        session = self._session
        self._now.changed.connect(self._show)
        session.counts_changed.connect(self._on_counts)
        session.failures_changed.connect(self._on_failures)
        session.recipe_changed.connect(lambda _: self._show())
        session.lot_changed.connect(lambda _: self._show())
        session.settings_changed.connect(lambda _: self._resize())
        self.run_button.clicked.connect(self.toggle_run)
        self.trigger_button.clicked.connect(session.trigger)
        for key, action in (("F5", self.toggle_run), ("Space", self._space), ("I", self.figures_button.toggle)):
            QShortcut(QKeySequence(key), self, action).setAutoRepeat(False)
        self._failures = session.failures.entries
        session.refresh_counts()

    def add(self, widget: QWidget) -> None:
        """Add something at the right end of the strip at the top; its letters grow with the others."""
        self._strip.addWidget(widget)
        if widget not in self._guests:
            self._guests.append(widget)
        self._resize()

    def name_leaving(self, words: str) -> None:
        """Say where the button leads that leaves the view."""
        self.leave_button.setText(say(f"{words} (F12)"))

    # --- hand ---------------------------------------------------------------------------------------------------------

    def toggle_run(self) -> None:
        """Start or stop the line."""
        if self._session.running:
            self._session.stop()
        else:
            self._session.start()
        self._show()

    def _space(self) -> None:
        if self._by_hand and self.trigger_button.isEnabled():
            self._session.trigger()

    @property
    def _by_hand(self) -> bool:
        recipe = self._session.recipe
        return recipe is not None and recipe.trigger.mode is TriggerMode.MANUAL

    # --- events -------------------------------------------------------------------------------------------------------

    def poll(self) -> None:
        """Take the picture that has been drawn."""
        if self.isVisible():
            self.failure.view.poll()

    def release(self) -> None:
        """End the renderer."""
        self.failure.view.release()

    def showEvent(self, event: QShowEvent) -> None:
        """Bring everything up to date."""
        super().showEvent(event)
        self._resize()
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take other letters; their size follows the window's, which no message changes."""
        super().resizeEvent(event)
        self._resize()

    def _resize(self) -> None:
        window = self.window()
        sizes = sizes_for(window.width(), window.height(), self._session.settings.operator_text_percent)
        self._take(sizes)
        if sizes != self.sizes:
            self.sizes = sizes
            self.resized.emit()

    def _take(self, sizes: Sizes) -> None:
        bold = QFont.Weight.DemiBold
        guests = [(guest, sizes.text) for guest in self._guests if guest.parent() is self]
        for widget, px in (
            (self.product, sizes.text),
            (self.leave_button, sizes.text),
            (self.advice, sizes.advice),
            (self.judged, sizes.text),
            (self.figures, sizes.small),
            (self.figures_button, sizes.text),
            *guests,
        ):
            widget.setFont(font(px, bold))
            widget.updateGeometry()  # what was asked before the style sheet came is out of date
        self._buttons.set_size(sizes.text)
        self.failure.set_sizes(sizes)
        self.counts.set_sizes(sizes.figure, sizes.small)
        self.verdict.set_caption_px(sizes.small)

    def _on_counts(self, counts: Counts) -> None:
        self.counts.show_tally(counts.recipe if counts.read else None)

    def _on_failures(self, failures: list[Failure] | None) -> None:
        self._failures = failures
        if self.isVisible():
            self._show_failure()

    # --- showing ------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        if not self.isVisible():
            return
        now, session = self._now, self._session
        recipe = session.recipe
        lot = say(f"lot {session.lot}" if session.lot else "no lot")
        self.product.say(f"{recipe.name}  ·  {lot}" if recipe is not None else "no recipe")
        self.verdict.show_face(now.face, old=now.old, caption=now.caption)
        self._show_words(now.face, now.part)
        self._buttons.show_state(now.status, running=session.running, by_hand=self._by_hand)
        self._show_failure()

    def _show_words(self, face: Face, part: PartInspected | None) -> None:
        failing = self._now.status.failing
        advice = "Waiting for the next part." if self._now.old else to_do(face, by_hand=self._by_hand)
        waiting = "" if is_fault(face) else to_acknowledge(failing)
        if waiting:
            quiet = self._now.old or self._now.holds or face in _QUIET
            advice = waiting if quiet else f"{advice} {waiting}"
        self.advice.setText(say(advice))
        if part is not None:
            words = f"{part_in_words(part.inspection)}."
            judged = f"That part was {words}" if self._now.old else sentence(words)
        else:
            judged = "" if face in _PLAIN else explained(face, self._now.status, by_hand=self._by_hand)
        self.judged.setText(say(judged))
        shown = part is not None and self.figures_button.isChecked()
        self.judged.setVisible(bool(judged) and not shown)
        self.figures.setVisible(shown)
        if part is not None and shown:
            decision = part.inspection.decision
            lines = filter(None, [figures_in_words(decision), sentence(decision.reason)])
            self.figures.setText(say("\n".join(lines)))

    def _show_failure(self) -> None:
        held = self._session.engine.held if self._now.holds else None
        read, failure = self._failures is not None, next(iter(self._failures or []), None)
        key = f"none {read}" if failure is None else f"{failure.inspection.id} {failure.image is not None}"
        key = key if held is None else f"{held.inspection.id} held"
        if key == self._shown:
            return
        self._shown = key
        failure = failure if held is None else failure_of(held)  # copies its pixels
        if failure is None:
            self.failure.show_none(read=read)
            return
        opacity = self._session.settings.heatmap_opacity
        self.failure.show_failure(failure, held=held is not None, opacity=opacity)
        if failure.image is None:
            self._load(failure, key, opacity)

    def _load(self, failure: Failure, key: str, opacity: float) -> None:
        """Read the picture from the archive; where there is none, the card has said so."""

        def loaded(full: Failure) -> None:
            if key == self._shown:
                self.failure.show_failure(full, opacity=opacity)

        self._session.failures.load(failure, loaded, lambda _: None)
