"""What goes wrong for any process that passes on what is recorded."""

from __future__ import annotations

from inspector.domain.errors import InspectorError


class SendingError(InspectorError):
    """The other side cannot be used; what is recorded waits in the station's log."""


class AlreadySendingError(SendingError):
    """Another process sends the rows of this log to the same side."""
