"""Pause, go on, stop and cancel of the training that runs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from inspector.gui.widgets.question import Question
from inspector.runs.state import ProcessState
from trainer.protocol import Command

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from inspector.gui.training.buttons import TrainColumn
    from inspector.runs.trainings import Training, Trainings


class Teller:
    """Belongs to the page.

    Args:
        column: Its buttons are followed.
        trainings: Used on the worker.
        do: Runs a task on the worker, and what follows on the GUI thread.
        ask: Shows a question, and does what is given after a yes.
        active: Returns the training that runs.
        parent: The question's parent.
    """

    def __init__(
        self,
        column: TrainColumn,
        trainings: Trainings,
        *,
        do: Callable[[Callable[[], Any], Callable[[Any], None]], None],
        ask: Callable[[Question, Callable[[], None]], None],
        active: Callable[[], Training | None],
        parent: QWidget,
    ) -> None:
        self._column, self._trainings, self._parent = column, trainings, parent
        self._do, self._ask, self._active = do, ask, active
        column.pause.clicked.connect(self._pause_or_go_on)
        column.stop.clicked.connect(lambda: self._tell(Command.STOP))
        column.cancel.clicked.connect(self._ask_cancel)

    def _pause_or_go_on(self) -> None:
        active = self._active()
        if active is not None:
            self._tell(Command.RUN if active.state is ProcessState.PAUSED else Command.PAUSE)

    def _tell(self, command: Command) -> None:
        active = self._active()
        if active is not None:
            self._do(lambda: self._trainings.tell(active, command), lambda _: self._column.say_told(command))

    def _ask_cancel(self) -> None:
        active = self._active()
        if active is None:
            return
        words = f"What {active.name} has learned so far is lost, and no model is made. The line is not touched."
        question = Question("Cancel the training?", words, "Cancel it", parent=self._parent)
        self._ask(question, partial(self._cancel, active))

    def _cancel(self, training: Training) -> None:
        """End it in good order; a second time, or while it does not listen, at once."""
        trainings = self._trainings

        def task() -> None:
            again = training.folder.command() is Command.CANCEL
            trainings.tell(training, Command.CANCEL)
            if again:
                trainings.kill(training)

        self._do(task, lambda _: self._column.say_told(Command.CANCEL))
