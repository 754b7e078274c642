"""What the model that is written on the Settings page says of itself: threshold, bit depth, memory of good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.depth import depth_doubt

if TYPE_CHECKING:
    from inspector.gui.station.catalogue import Catalogue
    from inspector.gui.widgets.forms import Form
    from inspector.recipes.recipe import Recipe
    from inspector.vision.manifest import Manifest

_DEPTH, _FAIL_AT, _GUARD = "source_options.bit_depth", "thresholds.fail_at", "guard_rate"
_SPARES = "spares_outside"
_REVIEW_FROM = "thresholds.review_from"


class ChosenModel:
    """See the module; used on the GUI thread.

    Args:
        catalogue: Reads what the model says.
        form: Holds the recipe's fields.
    """

    def __init__(self, catalogue: Catalogue, form: Form) -> None:
        self._catalogue, self._form = catalogue, form
        self._asked = ""
        self._manifest: Manifest | None = None
        self._recipe: Recipe | None = None
        self._guard_hint = form.editors[_GUARD].accessibleDescription()
        self._spares_hint = form.editors[_SPARES].accessibleDescription()
        self._depth_hint = form.editors[_DEPTH].accessibleDescription()

    def look(self, recipe: Recipe | None) -> None:
        """Show what belongs to the model that is written there; of none that can be found nothing is said.

        Args:
            recipe: As the form says it; None where a field cannot be used.
        """
        if self._form.text("model") != self._asked:
            self.read()
        self._recipe = recipe
        self._show_review()
        self._show_doubt()

    def read(self) -> None:
        """Read the model anew."""
        self._asked = self._form.text("model")
        if self._asked:
            self._catalogue.model_of(self._asked, self._show, lambda _: self._show(None))

    def _show(self, manifest: Manifest | None) -> None:
        self._manifest = manifest
        own = "the model's own" if manifest is None else f"the model's own, {manifest.thresholds.fail_at:.4g}"
        self._form.set_placeholder(_FAIL_AT, own)
        self._show_review()
        lacks = "" if manifest is None else manifest.guard_lacks
        self._form.set_hint(_GUARD, f"{self._guard_hint}; {lacks}" if lacks else self._guard_hint)
        spares = self._spares_hint if manifest is None else f"{self._spares_hint}. This model: {manifest.heat_words}"
        self._form.set_hint(_SPARES, spares)
        self._show_doubt()

    def _show_review(self) -> None:
        """The model's own review band is in force as long as the recipe has no threshold of its own."""
        review = None if self._manifest is None else self._manifest.thresholds.review_from
        chosen = self._recipe is not None and self._recipe.thresholds is not None
        if review is None or chosen:
            self._form.set_placeholder(_REVIEW_FROM, "no review")
        else:
            self._form.set_placeholder(_REVIEW_FROM, f"the model's own, {review:.4g}")

    def _show_doubt(self) -> None:
        doubt = ""
        if self._manifest is not None and self._recipe is not None:
            doubt = depth_doubt(self._manifest.trained_bit_depth, self._recipe.source_options.bit_depth)
        self._form.set_hint(_DEPTH, f"{self._depth_hint}. {doubt}" if doubt else self._depth_hint)
