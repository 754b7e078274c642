"""Promotes a candidate that has been judged by the locked parts, or refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    from inspector.recipes.promotions import Promotion, Promotions
    from inspector.recipes.recipe import Recipe
    from inspector.regression.check import RegressionCheck
    from inspector.regression.locked import RegressionSet
    from inspector.vision.bundle import Bundle


class RegressionRefusedError(InspectorError):
    """A candidate may not be promoted as it is."""


def record_checked(  # noqa: PLR0913 - what a promotion consists of
    record: Promotions,
    check: RegressionCheck,
    *,
    recipe: Recipe,
    bundle: Bundle,
    to_model: str,
    why: str,
    signed: str,
    regression: RegressionSet,
    who: str,
) -> Promotion:
    """Record a promotion that the locked parts allow, or that somebody signs for.

    Args:
        record: Of the station's promotions.
        check: What the candidate makes of the locked parts.
        recipe: As it is in force now.
        bundle: The candidate, as it is on the disk now.
        to_model: What the recipe will call it.
        why: Reason of the promotion.
        signed: Reason of who signs for what the candidate loses; empty where nobody does.
        regression: The set as it is now.
        who: Name of who acts, and signs.

    Raises:
        RegressionRefusedError: If it loses a part and nobody signs, or recipe, model or set are not those of the check.
        PromotionError: If it cannot be recorded.
        LogError: If the log cannot be read.
    """
    newest = max((part.number for part in regression.parts(recipe.name)), default=0)
    changed = [
        words
        for words, same in (
            (f"the recipe is version {recipe.version} now", recipe.version == check.recipe_version),
            (f"the model {check.model} is another now", bundle.sha256 == check.model_sha256),
            ("other parts are locked now", newest == check.newest),
        )
        if not same
    ]
    if changed:
        raise RegressionRefusedError(
            f"since the locked parts of {recipe.name} were judged, {' and '.join(changed)}", "Promote once more."
        )
    if check.refused and not signed.strip():
        raise RegressionRefusedError(
            f"{check.model} {check.refused}",
            "Train it on more parts of that kind, or sign for it with a reason.",
        )
    words = check.words if not check.refused else f"{check.words} It {check.refused}."
    return record.record(
        recipe, to_model, why, who=who, regression=words, signed=signed.strip() if check.refused else ""
    )
