"""What is asked for when parts are judged again: which judge, and which thresholds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inspector.domain.guard import in_force

if TYPE_CHECKING:
    from inspector.domain.records import Thresholds
    from inspector.domain.strangeness import GoodScale
    from inspector.replay.chosen import KeptView


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOrder:
    """By what parts are judged again; what is left out is as it was recorded.

    Args:
        model: Name or folder of another model; empty for the recorded one.
        view: With `model`: the view that it judges, of parts with several; empty for the main one. The others keep
            their recorded verdicts.
        fail_at: Fails from this P(defective) on.
        review_from: Reviews from this P(defective) on. Where only `fail_at` is given and lies below what was recorded,
            there is no review band.
        guard_rate: Share of good parts that goes to review as unlike good parts; 0 for no guard.
    """

    model: str = ""
    view: str = ""
    fail_at: float | None = None
    review_from: float | None = None
    guard_rate: float | None = None

    @property
    def as_recorded(self) -> bool:
        """Whether the same is expected as was recorded."""
        return not self.model and not self.own_points

    @property
    def own_points(self) -> bool:
        """Whether thresholds are given."""
        return any(value is not None for value in (self.fail_at, self.review_from, self.guard_rate))

    def points(self, base: Thresholds, scale: GoodScale | None) -> Thresholds:
        """Return the thresholds that judge.

        Args:
            base: The recorded ones, or those of the other model.
            scale: How strange good parts look to the model that judges.

        Raises:
            ValueError: If they do not fit one another.
        """
        fail_at = base.fail_at if self.fail_at is None else self.fail_at
        review_from = base.review_from if self.review_from is None else self.review_from
        if self.review_from is None and review_from is not None:
            review_from = min(review_from, fail_at)
        points = replace(base, fail_at=fail_at, review_from=review_from)
        if self.guard_rate is None:
            return points
        return in_force(
            replace(points, strange_from=None), points, scale, self.guard_rate, spares_outside=points.spares_outside
        )


@dataclass(frozen=True, slots=True)
class JudgeKey:
    """What is judged in one go: pictures of one folder by one model at one operating point.

    Args:
        sha256: Of the model; empty for the order's.
        device: As it was recorded, as “CPU”; empty for the settings'.
        backend: As it was recorded.
    """

    base: str
    name: str
    sha256: str
    device: str
    precision: str
    backend: str
    thresholds: Thresholds | None

    @staticmethod
    def of(view: KeptView, order: ReplayOrder) -> JudgeKey:
        """Return what judges a picture."""
        if order.model:
            return JudgeKey(view.base, order.model, "", "", "", "", None)
        model = view.model
        return JudgeKey(
            view.base, model.name, model.sha256, model.device, model.precision, model.backend, view.thresholds
        )
