"""Sections of the Settings page that are pages of their own, and the Statistics page: made with all they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.assembly import model_store
from inspector.domain.review import QueueKind
from inspector.gui.candidates.desk import CandidatesDesk
from inspector.gui.candidates.page import CandidatesPage
from inspector.gui.dossier.desk import DossierDesk
from inspector.gui.dossier.page import DossierPage
from inspector.gui.lots.page import LotsPage
from inspector.gui.lots.viewer import LotReportDialog
from inspector.gui.people.locks import lock
from inspector.gui.recipes.desk import RecipeDesk
from inspector.gui.recipes.page import RecipesPage
from inspector.gui.settings.record_card import RecordCard, RecordDesk
from inspector.gui.statistics.page import StatisticsPage
from inspector.gui.statistics.store import StatisticsStore
from inspector.gui.trail.page import TrailPage
from inspector.gui.trail.store import TrailStore
from inspector.gui.work import Latest
from inspector.people.roles import Permission
from inspector.vision.bundle import load_manifest

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.assembly import RecipeEntry
    from inspector.gui.station.lot_keeper import LotKeeper
    from inspector.gui.station.session import Session
    from inspector.gui.station.store import Store
    from inspector.gui.training.promotion import Promoter
    from inspector.gui.window import MainWindow
    from inspector.outputs.roll_up_reads import RollUpQuery
    from inspector.recipes.recipe import Recipe
    from inspector.reports.files import ReportFiles
    from inspector.vision.store import ModelStore


def recipes_page(session: Session, store: Store, choose: Callable[[RecipeEntry], object]) -> RecipesPage:
    """Return what is done with whole recipes; ``choose`` puts one in force, and asks first."""
    desk, people = RecipeDesk(store.home, lambda: store.in_force), session.people
    page = RecipesPage(session, desk, session.workers.make("recipes"))
    page.use_wanted.connect(choose)
    changing = (page.copy_button, page.rename_button, page.delete_button, page.back_button, page.import_button)
    lock(people, Permission.RECIPES, *changing, page.versions.restore_button)
    lock(people, Permission.MODELS, page.model_button)
    lock(people, Permission.EXPORT, page.export_button)
    lock(people, Permission.SETTINGS, page.new_button)
    return page


def statistics_page(
    session: Session, store: Store, keeper: LotKeeper, look_at: Callable[[str], object]
) -> StatisticsPage:
    """Return the statistics of the record; ``look_at`` shows a part by its id."""

    def shift_starts() -> tuple[int, ...]:
        return session.settings.shift_starts

    page = StatisticsPage(
        StatisticsStore(store.home.root, lambda: store.places.log, shift_starts),
        session.workers.make("statistics"),
        shift_starts=shift_starts,
    )
    lock(session.people, Permission.EXPORT, page.picture_button, page.table_button)
    page.part_wanted.connect(look_at)
    writing = Latest(session.workers.make("reports"), lambda error: page.show_report_state(str(error)))

    def show_report(files: ReportFiles) -> None:
        page.show_report_state(f"Written to {files.folder}")
        LotReportDialog(files, outside=True, parent=page.window()).open()

    def write_report(query: RollUpQuery) -> None:
        span = {"lot": query.lot, "recipe": query.recipe, "since": query.since, "until": query.until}
        writing.ask(lambda: keeper.write_span(span), show_report)

    page.report_wanted.connect(write_report)
    return page


def candidates_page(
    session: Session, store: Store, promoter_of: Callable[[ModelStore], Promoter], window: MainWindow
) -> CandidatesPage:
    """Return the shadow of the recipe in force, and its locked parts."""
    models = model_store(store.home)
    promoter = promoter_of(models)
    desk = CandidatesDesk(store.home, models, lambda: store.places.log)
    page = CandidatesPage(session, desk, session.workers.make("candidates"))
    promoter.say = page.say

    def done() -> None:
        page.enter()
        promoter.find_way_back(page.shadow.show_way_back)

    def promote(recipe: Recipe, model: str) -> None:
        depth = load_manifest(models.find(model)).trained_bit_depth
        page.question = promoter.ask(recipe, model, page, bit_depth=depth, done=done)
        page.question.open()

    def roll_back(recipe: Recipe) -> None:
        def ask(model: str | None) -> None:
            if model is not None:
                page.question = promoter.back_question(recipe, model, page)
                page.question.accepted.connect(lambda: promoter.roll_back(done))
                page.question.open()

        promoter.find_way_back(ask)

    def differences() -> None:
        window.show_page("review")
        window.review.open_queue(QueueKind.SHADOW)

    def look_at(part: str) -> None:
        window.show_page("review")
        window.review.look_at(part)

    page.promote_wanted.connect(promote)
    page.back_wanted.connect(roll_back)
    page.differences_wanted.connect(differences)
    page.look_wanted.connect(look_at)
    session.recipe_changed.connect(lambda _: promoter.find_way_back(page.shadow.show_way_back))
    promoter.find_way_back(page.shadow.show_way_back)
    shadow, locked = page.shadow, page.locked
    changing = (shadow.start_button, shadow.stop_button, shadow.promote_button, shadow.back_button)
    lock(session.people, Permission.MODELS, *changing, locked.release_button, locked.lock_button)
    return page


def validation_page(session: Session, store: Store) -> DossierPage:
    """Return the validation dossiers."""
    desk = DossierDesk(places=lambda: store.places, settings=lambda: store.in_force)
    reading, filling = session.workers.make("dossiers"), session.workers.make("dossier", desk.cancel)
    page = DossierPage(session, desk, reading=reading, filling=filling)
    lock(session.people, Permission.VALIDATION, page.form.lock_button, page.fill_button)
    return page


def lots_page(session: Session, store: Store, keeper: LotKeeper) -> LotsPage:
    """Return the lots of the record with their reports."""
    worker = session.workers.make("lot reports")
    page = LotsPage(session, log=lambda: store.places.log, write=keeper.write_lot, worker=worker)
    keeper.ended.connect(page.show_report)
    return page


def trail_page(session: Session, store: Store) -> TrailPage:
    """Return the audit trail."""
    page = TrailPage(TrailStore(store.home.root, lambda: store.places.log), session.workers.make("audit trail"))
    lock(session.people, Permission.EXPORT, page.export_button)
    return page


def record_card(session: Session, store: Store) -> RecordCard:
    """Return the check of the record."""
    desk = RecordDesk(store.home.root, log=lambda: store.places.log, settings=lambda: store.in_force)
    return RecordCard(desk, session.workers.make("record", desk.end))
