"""Those who tell in a sentence how something of the settings is doing."""

from __future__ import annotations

from inspector.gui.station.cluster_test import ClusterTest
from inspector.gui.station.line_watch import LineWatch
from inspector.gui.station.scanner_watch import ScannerWatch
from inspector.gui.station.sending_watch import SendingWatch
from inspector.gui.station.served import Served

#: Each has ``words``, and a signal ``said`` for when they change.
Telling = Served | SendingWatch | ClusterTest | LineWatch | ScannerWatch
