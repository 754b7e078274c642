"""What goes wrong between this computer and its workers."""

from __future__ import annotations

from inspector.domain.errors import InspectorError


class ClusterError(InspectorError):
    """The cluster cannot be used, or has been lost."""
