"""What controller and station say to one another at this moment, and a controller's hand to try it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from inspector.domain.line_protocol import LineProtocol
from inspector.gui.settings.module_view import ModuleView
from inspector.gui.widgets.basics import card, label, seen, set_tone
from inspector.line.registers import CONTROL, STATUS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.gui.station.line_watch import LineWatch
    from inspector.line.registers import Register
    from inspector.line.service import LineStatus
    from inspector.line.signals import PlcInputs, StationOutputs

_HIGH, _LOW = "● high", "○ low"
#: Levels that are well while they are low.
_BAD = frozenset({"fault", "not_recorded", "alarm"})
#: Values that say nothing of the hand-shake.
_LEFT_OUT = frozenset({"reserved_in", "heartbeat", "map_version"})
_CALLED = {"late": "verdicts too late"}


class LineCard(QWidget):
    """See the module. Lives on the GUI thread.

    Args:
        watch: Knows the levels, and tries what the buttons want.
    """

    def __init__(self, watch: LineWatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, tuple[QLabel, QLabel]] = {}  #: of each level and value: what it is, and since when
        self.places: dict[str, QLabel] = {}  #: where each lies in the protocol that is spoken
        self._watch, self._tried = watch, ""
        self._placed: tuple[LineProtocol, int] | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.addWidget(label("CONTROLLER AND STATION", "heading"))
        buttons = QHBoxLayout()
        self.test_button = QPushButton("Test connection", frame)
        self.test_button.setToolTip("Ask the station as a controller would; nothing is triggered")
        self.test_button.clicked.connect(watch.test)
        self.trigger_button = QPushButton("Trigger a part", frame)
        self.trigger_button.setToolTip("Be the controller for one part, while none is connected; it is recorded")
        self.trigger_button.clicked.connect(watch.trigger)
        buttons.addWidget(self.test_button)
        buttons.addWidget(self.trigger_button)
        buttons.addStretch(1)
        self.answered = label("", "muted")  #: when it was
        buttons.addWidget(self.answered)
        layout.addLayout(buttons)
        self.answer = label()
        self.answer.setWordWrap(True)
        layout.addWidget(self.answer)
        self._registers = self._table()
        self._module = ModuleView(self)
        layout.addWidget(self._registers, 1)
        layout.addWidget(self._module, 1)
        self._module.hide()
        watch.answered.connect(self._tell)
        watch.looked.connect(self._show)

    def _table(self) -> QScrollArea:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 4, 8, 4)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(2, 1)
        groups = (
            ("The controller writes", [*_names(CONTROL)]),
            ("The station writes", [*_names(STATUS)]),
            ("Counted here", ["late"]),
        )
        for heading, names in groups:
            grid.addWidget(label(heading, "muted"), grid.rowCount(), 0, 1, 4)
            for name in names:
                row = grid.rowCount()
                value, since = label("–"), label("", "muted")
                self.places[name] = label("", "muted")
                grid.addWidget(self.places[name], row, 0)
                grid.addWidget(label(_CALLED.get(name, name.replace("_", " "))), row, 1)
                grid.addWidget(value, row, 2)
                grid.addWidget(since, row, 3)
                self.rows[name] = value, since
        grid.setRowStretch(grid.rowCount(), 1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Levels of controller and station")
        area.setWidget(inside)
        return area

    def _tell(self, answer: str) -> None:
        self.answer.setText(answer)
        self.answered.setText(f"at {datetime.now().astimezone():%H:%M:%S}")
        self._tried = _spoken(self._watch.status())

    def _show(self, status: LineStatus) -> None:
        """Show the levels of this moment, where anybody can see them."""
        if not seen(self):
            return
        if self._tried != _spoken(status):  # an answer is of what was tried
            self.answer.clear()
            self.answered.clear()
        self._registers.setVisible(status.module is None)
        self._module.setVisible(status.module is not None)
        if status.module is not None:
            self._module.show_state(status.module, status.times)
            return
        if self._placed != (status.protocol, status.base):
            self._placed = status.protocol, status.base
            for name, place in _places(*self._placed):
                self.places[name].setText(place)
        spoken = status.protocol is not LineProtocol.OFF  # else nothing is said, and nothing is low
        values = _values(status.inputs, status.outputs) | {"late": f"{status.late:,}"} if spoken else {}
        for name, (value, since) in self.rows.items():
            now = values.get(name, "")
            value.setText((_HIGH if now else _LOW) if isinstance(now, bool) else now or "–")
            set_tone(value, "muted" if not now else "fail" if name in _BAD else "text")
            changed = status.times.get(_FIELDS.get(name, name))
            since.setText(changed.astimezone().strftime("%H:%M:%S.%f")[:-5] if changed else "")


#: Whose change a value's time is, where that is called otherwise.
_FIELDS = dict.fromkeys(("result_id", "result_code", "score", "took_ms", "part_number"), "result")


def _spoken(status: LineStatus) -> str:
    """Return what is spoken, and where."""
    return f"{status.protocol.value} {status.address}"


def _names(table: tuple[Register, ...]) -> Iterator[str]:
    """Return the name of each level and value."""
    for value in table:
        if value.name not in _LEFT_OUT:
            yield from value.bits or [value.name]


def _places(protocol: LineProtocol, base: int) -> Iterator[tuple[str, str]]:
    """Return the name of each level and value, and where it lies.

    Args:
        base: As in `LineStatus`.
    """
    for value in (*CONTROL, *STATUS):
        if value.name not in _LEFT_OUT:
            yield from [(name, value.place(protocol, base, bit)) for bit, name in enumerate(value.bits)]
            if not value.bits:
                yield value.name, value.place(protocol, base)


def _values(inputs: PlcInputs, outputs: StationOutputs) -> dict[str, bool | str]:
    result = outputs.result
    return {
        "enable": inputs.enable,
        "trigger": inputs.trigger,
        "result_ack": inputs.result_ack,
        "alarm_ack": inputs.alarm_ack,
        "trigger_id": inputs.trigger_id,
        "part_serial": inputs.part_serial,
        "recipe": inputs.recipe,
        **{bit: bool(getattr(outputs, bit)) for bit in STATUS[0].bits},
        "missed": f"{outputs.missed:,}",
        "trigger_echo": outputs.trigger_id,
        "result_id": result.id if result else "",
        "result_code": f"{int(result.code)} {result.code.name}" if result else "",
        "score": f"{result.score:.4f}" if result and result.score is not None else "",
        "waiting": f"{outputs.waiting}",
        "took_ms": f"{result.took_ms:.0f}" if result else "",
        "part_number": f"{result.part_number:,}" if result else "",
        "missed_id": outputs.missed_id,
    }
