"""What is recorded of one view of a part, by column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspector.domain.records import ViewRecord


def view_to_json(view: ViewRecord) -> dict[str, Any]:
    """Return a view's columns, which are also the documented JSON object."""
    decision, model, picture = view.decision, view.model, view.picture
    return {
        "name": view.name,
        "source": view.source,
        "verdict": decision.verdict.value,
        "reason": storable(decision.reason),
        "p_defective": decision.p_defective,
        "fail_at": decision.thresholds.fail_at,
        "review_from": decision.thresholds.review_from,
        "strangeness": decision.strangeness,
        "strange_from": decision.thresholds.strange_from,
        "model_name": model.name if model else None,
        "model_sha256": model.sha256 if model else None,
        "device": model.device if model else None,
        "precision": model.precision if model else None,
        "backend": model.backend if model else None,
        "picture_path": storable(str(picture.path)) if picture else None,
        "picture_sha256": picture.sha256 if picture else None,
        "heatmap_path": storable(str(picture.heatmap_path)) if picture and picture.heatmap_path else None,
        "image_not_saved": storable(view.image_not_saved),
    }


def storable(text: str | None) -> Any:  # noqa: ANN401 - str or None, as given
    """Return a text with bytes of file names that are not valid text made storable (they come as lone surrogates)."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode("utf-8")
