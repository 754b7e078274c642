"""The triggers that do not look at the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.trigger.base import Trigger

if TYPE_CHECKING:
    from inspector.domain.config import TriggerConfig
    from inspector.domain.records import Box, Frame, Part


class EveryPicture(Trigger):
    """Every frame is a part (folders)."""

    def _detect(self, frame: Frame, gap_s: float) -> tuple[Part, ...]:  # noqa: ARG002 - every frame is a part
        return (self._part(frame, None),)


class Manual(Trigger):
    """Only `fire` makes a part."""

    def _detect(self, frame: Frame, gap_s: float) -> tuple[Part, ...]:  # noqa: ARG002 - looks at nothing
        return ()


class External(Trigger):
    """Only events of the line make parts, and `fire`."""

    def _detect(self, frame: Frame, gap_s: float) -> tuple[Part, ...]:  # noqa: ARG002 - looks at nothing
        return ()


class Interval(Trigger):
    """A part every `interval_s` seconds of the source's time, from the first frame on.

    The beat is kept: a late frame does not shift the ones after it. After a gap longer than an interval it starts anew.
    """

    def __init__(self, config: TriggerConfig, region: Box | None) -> None:
        super().__init__(config, region)
        self._due_s: float | None = None

    def reset(self) -> None:
        """Start the beat with the next frame."""
        super().reset()
        self._due_s = None

    def _detect(self, frame: Frame, gap_s: float) -> tuple[Part, ...]:  # noqa: ARG002 - keeps its own beat
        now = frame.time_s
        if self._due_s is None:
            self._due_s = now
        if now < self._due_s - 1e-6:
            return ()
        every = self.config.interval_s
        self._due_s = self._due_s + every if now < self._due_s + every else now + every
        return (self._part(frame, None),)
