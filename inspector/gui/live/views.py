"""The views of the line's last part: which of them is shown large, and the tiles of all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from inspector.domain.errors import PictureError
from inspector.domain.joined import MAIN, worst_place
from inspector.gui.station.store import draw_thumbnail
from inspector.gui.widgets.view_strip import ViewStrip, ViewTile

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QWidget

    from inspector.domain.records import Verdict
    from inspector.engine.status import PartInspected
    from inspector.engine.view_seen import ViewSeen
    from inspector.recipes.recipe import Recipe

_TILE_PX = 380


class LiveViews(ViewStrip):
    """See the module; hidden where parts have one view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Views of the last part", parent)
        self._names: tuple[str, ...] = ()
        self._wanted: int | None = None  # the view that somebody wants large; None for the worst

    def expect(self, recipe: Recipe) -> None:
        """Show the views that a recipe has; nothing has been seen there yet."""
        self._wanted, self._names = None, (MAIN, *(view.name for view in recipe.views))
        self.clear()

    def clear(self) -> None:
        """Show no part: a verdict that is over, or another part's, must not stand there."""
        self.show_views([ViewTile(name=name) for name in self._names])

    def want(self, place: int) -> None:
        """Show a view large from now on; once more, and it is the worst again."""
        self._wanted = None if place == self._wanted else place

    def large(self, event: PartInspected) -> PartInspected:
        """Return the part with the picture of the view that is to be shown large."""
        if not event.views:
            return event
        view = event.views[self._place(event.views)]
        return replace(event, part=view.part, prediction=view.prediction)

    def name_of_large(self, event: PartInspected) -> str:
        """Return what that view is called; empty where the part has one."""
        return event.views[self._place(event.views)].name if event.views else ""

    def show_part(self, event: PartInspected, *, draws_heatmap: Callable[[Verdict], bool]) -> None:
        """Show the tiles of a part.

        Args:
            draws_heatmap: Whether a heatmap lies over a view of a verdict.
        """
        if event.views:
            tiles = [
                ViewTile(
                    name=view.name,
                    image=_small(view, heatmap=draws_heatmap(view.decision.verdict)),
                    verdict=view.decision.verdict,
                    reason=view.decision.reason,
                )
                for view in event.views
            ]
            self.show_views(tiles, self._place(event.views))
        else:  # a trigger that was missed, or a part of which no view was seen
            self.clear()

    def _place(self, views: tuple[ViewSeen, ...]) -> int:
        if self._wanted is not None and self._wanted < len(views):
            return self._wanted
        return worst_place([(view.decision.verdict, view.part is not None) for view in views])


def _small(view: ViewSeen, *, heatmap: bool) -> QImage | None:
    if view.part is None:
        return None
    try:
        pixels = view.part.pixels()
    except PictureError:
        return None
    step = max(1, max(pixels.shape[:2]) // _TILE_PX)
    return draw_thumbnail(pixels[::step, ::step], view.prediction if heatmap else None)
