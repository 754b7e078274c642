"""The pages that the window asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from inspector.gui.batch.page import BatchPage
    from inspector.gui.first_start.dialog import FirstStart
    from inspector.gui.good_parts.dialog import GoodPartsDialog
    from inspector.gui.live.page import LivePage
    from inspector.gui.operating_point.page import OperatingPointPage
    from inspector.gui.operator.page import OperatorPage
    from inspector.gui.review.page import ReviewPage
    from inspector.gui.settings.page import SettingsPage
    from inspector.gui.station.verdict_now import VerdictNow
    from inspector.gui.statistics.page import StatisticsPage
    from inspector.gui.training.no_trainer import NoTrainer
    from inspector.gui.training.page import TrainingPage


class Pages(Protocol):
    """Makes the pages of the window, with all they need; each is asked for once."""

    def live(self) -> LivePage:
        """Return the Live page."""

    def operator(self, now: VerdictNow) -> OperatorPage:
        """Return the operator view."""

    def batch(self) -> BatchPage:
        """Return the Batch page."""

    def review(self) -> ReviewPage:
        """Return the Review page."""

    def operating(self) -> OperatingPointPage:
        """Return the Operating point page."""

    def statistics(self) -> StatisticsPage:
        """Return the Statistics page."""

    def training(self) -> TrainingPage | NoTrainer:
        """Return the room for trainings."""

    def settings(self, training: TrainingPage | NoTrainer) -> SettingsPage:
        """Return the Settings page with its section for trainings."""

    def first_start(self, parent: QWidget) -> FirstStart:
        """Return the dialog that sets the station up."""

    def good_parts(self, parent: QWidget) -> GoodPartsDialog:
        """Return the dialog that learns the good parts of the recipe in force."""
