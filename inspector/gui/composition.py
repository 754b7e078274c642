"""Puts the window together: makes the services of its pages, and hands them over. Nothing else in the window makes any.

A page and what it needs are imported when it is first wanted, on the GUI thread; nothing heavy comes before the first
paint.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut

from inspector import assembly
from inspector.domain.counts import counted
from inspector.gui.live.page import LivePage
from inspector.gui.people.locks import lock, while_refused
from inspector.gui.station.backup_now import BackupNow, of_backups
from inspector.gui.station.broker_test import BrokerTest
from inspector.gui.station.catalogue import Catalogue
from inspector.gui.station.challenge_desk import ChallengeDesk
from inspector.gui.station.cluster_test import ClusterTest
from inspector.gui.station.escape_watch import EscapeWatch
from inspector.gui.station.hand_lessons import HandLessons
from inspector.gui.station.language_desk import LanguageDesk
from inspector.gui.station.line_watch import LineWatch
from inspector.gui.station.lot_keeper import LotKeeper
from inspector.gui.station.model_signing import ModelSigning
from inspector.gui.station.scanner_watch import ScannerWatch
from inspector.gui.station.sending_watch import SendingWatch, of_broker, of_database
from inspector.gui.station.served import Served
from inspector.gui.station.session import Session
from inspector.gui.station.trail_keeper import TrailKeeper
from inspector.gui.window import MainWindow
from inspector.people.roles import Permission
from inspector.people.told import doer_of
from inspector.programs import has_trainer, station_command
from inspector.trail.actor import ask_who_acts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

    from inspector.assembly import RecipeEntry
    from inspector.gui.batch.page import BatchPage
    from inspector.gui.find.dialog import FindDialog
    from inspector.gui.first_start.dialog import FirstStart
    from inspector.gui.good_parts.dialog import GoodPartsDialog
    from inspector.gui.msa.dialog import StudyDialog
    from inspector.gui.operating_point.page import OperatingPointPage
    from inspector.gui.operator.page import OperatorPage
    from inspector.gui.review.page import ReviewPage
    from inspector.gui.settings.page import SettingsPage
    from inspector.gui.station.store import Store
    from inspector.gui.station.telling import Telling
    from inspector.gui.station.verdict_now import VerdictNow
    from inspector.gui.statistics.page import StatisticsPage
    from inspector.gui.training.no_trainer import NoTrainer
    from inspector.gui.training.page import TrainingPage
    from inspector.gui.training.promotion import Promoter
    from inspector.reports.files import ReportFiles
    from inspector.vision.store import ModelStore


class Composition:
    """The station of one window; makes each page once, when the window asks for it.

    Args:
        store: The station's files.
        trainer: Runs the trainer, its own arguments follow; None for this program's own.
        kiosk: Nothing but the operator view and Live is shown until an engineer leaves it.
    """

    def __init__(self, store: Store, *, trainer: Sequence[str] | None = None, kiosk: bool = False) -> None:
        self._finding: FindDialog | None = None
        self._store, self._home, self._trainer, self._kiosk = store, store.home, trainer, kiosk
        self.session = Session(store)
        self._choose_recipe: Callable[[RecipeEntry], object] = self.session.choose_recipe  # the window asks first
        self._studies: StudyDialog | None = None
        self._served = Served(self.session, store)
        self._fleet = SendingWatch(self.session, "forward_to", of_database)
        self._mqtt = SendingWatch(self.session, "publish_to", of_broker)
        self._cluster = ClusterTest(self.session, store.home)
        self._signing = ModelSigning(self.session, store)
        self._backups = SendingWatch(self.session, "backup_to", lambda *_: of_backups(store.home.root))
        ask_who_acts(lambda: doer_of(self.session.people.actor))
        self._trail = TrailKeeper(self.session, store)
        self._lots = LotKeeper(self.session, store, self.session.workers.make("lots"))
        self._escapes = EscapeWatch(self.session, store)
        self._line = LineWatch(self.session, store.home.recipes)
        self._scanner = ScannerWatch(self.session, store.home.recipes)
        faults = {"backup": self._backups.fault, "fleet": self._fleet.fault, "mqtt": self._mqtt.fault}
        faults |= {"trail": self._trail.fault, "controller": self._line.fault, "scanner": self._scanner.fault}
        faults |= {"lot": self._lots.failed, "scanned": self._scanner.changed}
        for key, fault in faults.items():
            fault.connect(partial(self.session.fault.emit, key))
        self._lessons = HandLessons(
            self.session,
            work=self.session.work,
            sets=self._home.learning,
            models=lambda: assembly.model_store(self._home),
            regression=self._store.regression,
        )

    def window(self) -> MainWindow:
        """Return the window, with the Live page; the others are made later."""
        window = MainWindow(
            self.session,
            pages=self,
            state_path=self._home.root / "window.json",
            program_log=self._home.program_log,
            kiosk=self._kiosk,
        )
        self._scanner.looked.connect(window.footer.show_scanner)
        LanguageDesk(self.session, window.footer.language)
        self._choose_recipe = window.header.recipe_wanted.emit
        self._look_at, self._window = partial(_review, window), window
        self._lots.ended.connect(partial(self._tell_of_lot, window))
        QShortcut(QKeySequence.StandardKey.Find, window).activated.connect(partial(self._find, window))
        return window

    def _find(self, window: MainWindow) -> None:
        """Find a part by its serial number, lot or time; not in a kiosk, which has Live only."""
        from inspector.gui.find.dialog import FindDialog

        if window.kiosk.holds():
            return
        if self._finding is None:
            worker = self.session.workers.make("find")
            self._finding = FindDialog(lambda: self._store.places.log, self._store.thumbnail, worker, window)
            self._finding.review_wanted.connect(partial(_review, window))
        self._finding.show()
        self._finding.serial.setFocus()

    def _tell_of_lot(self, window: MainWindow, files: ReportFiles) -> None:
        """Say that a lot has ended, and offer its report."""
        from inspector.gui.lots.viewer import LotReportDialog

        report = files.report
        words = f"Lot {report.span.lot} has ended: {counted(report.inspected, 'part')}"
        if report.inspected:
            words += f", first-pass yield {report.first_pass_yield.words}"

        def show() -> None:
            LotReportDialog(files, outside=not window.kiosk.holds(), parent=window).open()

        window.banners.show_banner("lot-ended", f"{words}.", state="idle", actions=[("Show the report", show)])

    def live(self) -> LivePage:
        """Return the Live page."""
        return LivePage(self.session, self._lessons, ChallengeDesk(self.session, self._store))

    def operator(self, now: VerdictNow) -> OperatorPage:
        """Return the operator view."""
        from inspector.gui.operator.page import OperatorPage

        return OperatorPage(self.session, now)

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
                models=models,
                worker=workers.make("exports"),
                closing=lambda: session.closing,
                note=self._store.note,
                parent=session,
            ),
            thumbnails=Thumbnails(make_thumbnail),
            lessons=self._lessons,
            people=session.people,
        )
        lock(session.people, Permission.EXPORT, page.bar.export)
        lock(session.people, Permission.MODELS, page.bar.sign_line.button)
        self._cluster.tell(page.bar.cluster)
        self._signing.tell(page.bar.sign_line)
        session.recipe_changed.connect(page.show_recipe)
        page.show_recipe(session.recipe)
        return page

    def review(self) -> ReviewPage:
        """Return the Review page."""
        from inspector.gui.review.deep_look import DeepLooks
        from inspector.gui.review.figures import FiguresReader
        from inspector.gui.review.lesson_edits import LessonEdits
        from inspector.gui.review.page import ReviewPage
        from inspector.gui.review.suspect_search import SuspectSearch
        from inspector.gui.review.walk_runner import WalkRunner
        from inspector.review.population import recipe_policies

        session, home = self.session, self._home
        policies, models = recipe_policies(home.recipes), assembly.model_store(home)
        figures = FiguresReader(policies, parent=session)
        page = ReviewPage(
            session,
            runner=WalkRunner(work=session.work, policy_of=policies, parent=session),
            figures=figures,
            deep_looks=DeepLooks(work=session.work, models=models, parent=session),
            edits=LessonEdits(
                figures=figures, sets=home.learning, models=models, regression=self._store.regression, parent=session
            ),
            suspects=SuspectSearch(work=session.work, models=models, home=home.root, parent=session),
        )
        page.study_wanted.connect(lambda: self.studies(page).show())
        lessons = page.cards.lessons
        lock(session.people, Permission.TRAINING, lessons.remove_button, lessons.back_button, lessons.train_button)
        lock(session.people, Permission.REVIEW, page.judging.good, page.judging.defective, page.judging.unsure)
        return page

    def studies(self, parent: QWidget) -> StudyDialog:
        """Return the dialog of measurement system studies; one that is open is returned again."""
        from inspector.gui.msa.desk import StudyDesk
        from inspector.gui.msa.dialog import StudyDialog

        if self._studies is None:
            worker = self.session.workers.make("studies")
            desk = StudyDesk(
                self._home, settings=lambda: self._store.in_force, log=lambda: self._store.places.log, worker=worker
            )
            self._studies = StudyDialog(self.session, desk, parent.window())
            self._studies.finished.connect(self._forget_studies)
        return self._studies

    def _forget_studies(self) -> None:
        self._studies = None

    def operating(self) -> OperatingPointPage:
        """Return the Operating point page."""
        from inspector.gui.operating_point.desk import OperatingPointDesk
        from inspector.gui.operating_point.page import OperatingPointPage
        from inspector.gui.operating_point.store import OperatingPointStore

        session = self.session
        store = OperatingPointStore(self._home, log=lambda: self._store.places.log)
        desk = OperatingPointDesk(store=store, worker=session.work, actor=lambda: session.people.actor, parent=session)
        page = OperatingPointPage(desk=desk, pictures=session.work)
        lock(session.people, Permission.THRESHOLDS, page.bar.use_button, page.bar.back_button)
        desk.recipe_made.connect(lambda recipe: session.apply_recipe(recipe, lambda _: None))
        desk.failed.connect(lambda text: session.fault.emit("recipe", text))
        session.recipe_changed.connect(page.show_recipe)
        page.show_recipe(session.recipe)
        return page

    def statistics(self) -> StatisticsPage:
        """Return the Statistics page."""
        from inspector.gui.settings_rooms import statistics_page

        return statistics_page(self.session, self._store, self._lots, self._look_at)

    def training(self) -> TrainingPage | NoTrainer:
        """Return the room for trainings, which the Settings page shows as a section."""
        if not has_trainer():
            from inspector.gui.training.no_trainer import NoTrainer

            return NoTrainer(self._home.models)
        from inspector.gui.training.page import TrainingPage
        from inspector.runs.trainings import Trainings

        models = assembly.model_store(self._home)
        page = TrainingPage(
            self.session,
            work=self.session.work,
            trainings=Trainings(self._home, command=self._trainer),
            promoter=self._promoter(models),
            models=models,
            models_folder=self._home.models,
            rates=partial(assembly.rates_by_size, self._home),
        )
        column, results = page.train, page.result.buttons
        running = (column.start, column.pause, column.stop, column.cancel, column.resume)
        lock(self.session.people, Permission.TRAINING, *running)
        promoting = (results["promote"], results["back"], results["delete"], page.history.back_button)
        lock(self.session.people, Permission.MODELS, *promoting, page.result.sign_line.button)
        self._cluster.tell(page.cluster)
        self._signing.tell(page.result.sign_line)
        return page

    def settings(self, training: TrainingPage | NoTrainer) -> SettingsPage:
        """Return the Settings page with its section for trainings."""
        from inspector.gui import settings_rooms as rooms
        from inspector.gui.people.users_card import UsersCard
        from inspector.gui.settings.line_card import LineCard
        from inspector.gui.settings.page import SettingsPage

        tells: dict[str, Telling] = {
            "serve": self._served,
            "forward_to": self._fleet,
            "publish_to": self._mqtt,
            "cluster": self._cluster,
            "line_protocol": self._line,
            "scanner": self._scanner,
            "backup_to": self._backups,
        }
        backup, broker = BackupNow(self.session, self._home), BrokerTest(self.session, self._home)
        line, people = LineCard(self._line), self.session.people
        page = SettingsPage(
            self.session,
            catalogue=self._catalogue(),
            tells=tells,
            scanner=self._scanner,
            line=line,
            rooms={
                "Recipes": (recipes := rooms.recipes_page(self.session, self._store, self._choose_recipe)),
                "Lots": rooms.lots_page(self.session, self._store, self._lots),
                "Users": UsersCard(people),
                "Training": training,
                "Candidates": rooms.candidates_page(self.session, self._store, self._promoter, self._window),
                "Validation": rooms.validation_page(self.session, self._store),
                "Audit trail": rooms.trail_page(self.session, self._store),
                "Record": rooms.record_card(self.session, self._store),
            },
        )
        lock(people, Permission.SETTINGS, page.apply_button, page.set_up_button)
        while_refused(people, Permission.SETTINGS, page.read_only.show_why)
        lock(people, Permission.TRAINING, page.good_parts_button)
        recipes.new_wanted.connect(page.set_up_wanted)
        tried = {"backup_to": backup.ask, "publish_to": broker.ask}
        page.trial_wanted.connect(lambda name, typed: tried[name](typed))
        for trial in (backup, broker):
            page.hear(trial.said, trial.failed)
        return page

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
            regression=self._store.regression,
        )

    def _catalogue(self) -> Catalogue:
        """Return a page's own catalogue: its wishes do not outdate those of others."""
        return Catalogue(self._store, self.session.work)


def _review(window: MainWindow, inspection_id: str) -> None:
    window.show_page("review")
    window.review.look_at(inspection_id)
    window.activateWindow()
