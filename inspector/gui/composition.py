"""Puts the window together: makes the services of its pages, and hands them over. Nothing else in the window makes any.

A page and what it needs are imported when it is first wanted, on the GUI thread; nothing heavy comes before the first
paint.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from inspector import assembly
from inspector.gui.live.page import LivePage
from inspector.gui.station.catalogue import Catalogue
from inspector.gui.station.cluster_test import ClusterTest
from inspector.gui.station.fleet_watch import FleetWatch
from inspector.gui.station.hand_lessons import HandLessons
from inspector.gui.station.served import Served
from inspector.gui.station.session import Session
from inspector.gui.window import MainWindow
from inspector.programs import has_trainer, station_command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from inspector.gui.batch.page import BatchPage
    from inspector.gui.first_start.dialog import FirstStart
    from inspector.gui.good_parts.dialog import GoodPartsDialog
    from inspector.gui.operating_point.page import OperatingPointPage
    from inspector.gui.review.page import ReviewPage
    from inspector.gui.settings.page import SettingsPage
    from inspector.gui.station.store import Store
    from inspector.gui.training.no_trainer import NoTrainer
    from inspector.gui.training.page import TrainingPage
    from inspector.gui.training.promotion import Promoter
    from inspector.vision.store import ModelStore


class Composition:
    """The station of one window; makes each page once, when the window asks for it.

    Args:
        store: The station's files.
        trainer: Runs the trainer, its own arguments follow; None for this program's own.
    """

    def __init__(self, store: Store, *, trainer: Sequence[str] | None = None) -> None:
        self._store, self._home, self._trainer = store, store.home, trainer
        self.session = Session(store)
        self._served = Served(self.session, store)
        self._fleet = FleetWatch(self.session)
        self._cluster = ClusterTest(self.session, store.home)
        self._fleet.fault.connect(partial(self.session.fault.emit, "fleet"))
        self._lessons = HandLessons(
            self.session,
            work=self.session.work,
            sets=self._home.learning,
            models=lambda: assembly.model_store(self._home),
        )

    def window(self) -> MainWindow:
        """Return the window, with the Live page; the others are made later."""
        home = self._home
        return MainWindow(self.session, pages=self, state_path=home.root / "window.json", program_log=home.program_log)

    def live(self) -> LivePage:
        """Return the Live page."""
        return LivePage(self.session, self._lessons)

    def batch(self) -> BatchPage:
        """Return the Batch page."""
        from inspector.batch import BatchRuns
        from inspector.gui.batch.desk import BatchDesk
        from inspector.gui.batch.exporter import Exporter
        from inspector.gui.batch.heatmaps import Heatmaps, RunModels
        from inspector.gui.batch.page import BatchPage
        from inspector.gui.batch.picture_reader import PictureReader, make_thumbnail
        from inspector.gui.batch.run_watch import RunWatch
        from inspector.gui.batch.store import BatchStore, list_judges
        from inspector.gui.widgets.thumbnails import Thumbnails

        session, workers = self.session, self.session.workers
        store, worker = BatchStore(BatchRuns(self._home)), workers.make("batches")
        models = RunModels(self._home, device=lambda: self._store.settings.device)
        heatmaps = Heatmaps(models)
        judging = workers.make("heatmaps", heatmaps.close)
        judges = partial(list_judges, self._home)
        page = BatchPage(
            desk=BatchDesk(store=store, judges=judges, worker=worker, work=session.work, parent=session),
            watch=RunWatch(store=store, worker=worker, parent=session),
            pictures=PictureReader(
                heatmaps=heatmaps, reading=workers.make("pictures"), judging=judging, parent=session
            ),
            exporter=Exporter(
                models=models, worker=workers.make("exports"), closing=lambda: session.closing, parent=session
            ),
            thumbnails=Thumbnails(make_thumbnail),
            lessons=self._lessons,
        )
        session.settings_changed.connect(lambda settings: page.bar.cluster.show_address(settings.cluster))
        page.bar.cluster.show_address(session.settings.cluster)
        page.bar.cluster.test_wanted.connect(self._cluster.ask)
        self._cluster.said.connect(page.bar.cluster.show_answer)
        page.bar.cluster.show_answer(self._cluster.words)
        session.recipe_changed.connect(page.show_recipe)
        page.show_recipe(session.recipe)
        return page

    def review(self) -> ReviewPage:
        """Return the Review page."""
        from inspector.gui.review.deep_look import DeepLooks
        from inspector.gui.review.figures import FiguresReader
        from inspector.gui.review.lesson_edits import LessonEdits
        from inspector.gui.review.page import ReviewPage
        from inspector.gui.review.walk_runner import WalkRunner
        from inspector.review.population import recipe_policies

        session, home = self.session, self._home
        policies, models = recipe_policies(home.recipes), assembly.model_store(home)
        figures = FiguresReader(policies, parent=session)
        return ReviewPage(
            session,
            runner=WalkRunner(work=session.work, policy_of=policies, parent=session),
            figures=figures,
            deep_looks=DeepLooks(work=session.work, models=models, parent=session),
            edits=LessonEdits(figures=figures, sets=home.learning, models=models, parent=session),
        )

    def operating(self) -> OperatingPointPage:
        """Return the Operating point page."""
        from inspector.gui.operating_point.desk import OperatingPointDesk
        from inspector.gui.operating_point.page import OperatingPointPage
        from inspector.gui.operating_point.store import OperatingPointStore

        session = self.session
        store = OperatingPointStore(self._home, log=lambda: self._store.places.log)
        desk = OperatingPointDesk(store=store, worker=session.work, parent=session)
        page = OperatingPointPage(desk=desk, pictures=session.work)
        desk.recipe_made.connect(lambda recipe: session.apply_recipe(recipe, lambda _: None))
        desk.failed.connect(lambda text: session.fault.emit("recipe", text))
        session.recipe_changed.connect(page.show_recipe)
        page.show_recipe(session.recipe)
        return page

    def training(self) -> TrainingPage | NoTrainer:
        """Return the room for trainings, which the Settings page shows as a section."""
        if not has_trainer():
            from inspector.gui.training.no_trainer import NoTrainer

            return NoTrainer(self._home.models)
        from inspector.gui.training.page import TrainingPage
        from inspector.runs.trainings import Trainings

        models = assembly.model_store(self._home)
        return TrainingPage(
            self.session,
            work=self.session.work,
            trainings=Trainings(self._home, command=self._trainer),
            promoter=self._promoter(models),
            models=models,
            models_folder=self._home.models,
            rates=partial(assembly.rates_by_size, self._home),
        )

    def settings(self, training: TrainingPage | NoTrainer) -> SettingsPage:
        """Return the Settings page with its section for trainings."""
        from inspector.gui.settings.page import SettingsPage

        tells: dict[str, Served | FleetWatch | ClusterTest] = {
            "serve": self._served,
            "forward_to": self._fleet,
            "cluster": self._cluster,
        }
        return SettingsPage(self.session, catalogue=self._catalogue(), tells=tells, training=training)

    def first_start(self, parent: QWidget) -> FirstStart:
        """Return the dialog that sets the station up."""
        from inspector.gui.first_start.dialog import FirstStart

        return FirstStart(
            self.session,
            catalogue=self._catalogue(),
            work=self.session.work,
            home=self._home,
            command=station_command(),
            parent=parent,
        )

    def good_parts(self, parent: QWidget) -> GoodPartsDialog:
        """Return the dialog that learns the good parts of the recipe in force; at its end the line starts."""
        from inspector.gui.good_parts.dialog import GoodPartsDialog
        from inspector.gui.good_parts.teaching import Teaching
        from inspector.runs.trainings import Trainings

        recipe = self.session.recipe or assembly.demo_recipe()
        work, data = self.session.work, self._home.good_parts / recipe.name
        trainings = Trainings(self._home, command=self._trainer)
        dialog = GoodPartsDialog(
            recipe,
            open_source=lambda: self._store.open_source(recipe.source, recipe.source_options),
            data=data,
            teaching=Teaching(work=work, trainings=trainings, data=data, models=self._home.models),
            promoter=self._promoter(assembly.model_store(self._home)),
            work=work,
            parent=parent,
        )
        dialog.inspect_wanted.connect(self.session.start)
        return dialog

    def _promoter(self, models: ModelStore) -> Promoter:
        from inspector.gui.training.promotion import Promoter
        from inspector.recipes.promotions import Promotions

        return Promoter(
            self.session,
            work=self.session.work,
            promotions=Promotions(self._home),
            models=models,
            recipes=self._store.recipes,
        )

    def _catalogue(self) -> Catalogue:
        """Return a page's own catalogue: its wishes do not outdate those of others."""
        return Catalogue(self._store, self.session.work)
