"""Asks a process beside the station: starts it, and looks at every beat whether it has answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from inspector.gui.work import Latest
from inspector.runs.inquiry import Inquiry
from trainer.protocol import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.gui.work import Worker


_Answer = TypeVar("_Answer")


class Asker(Generic[_Answer]):
    """One question at a time; an older one that is still being answered is ended.

    Args:
        work: Starts the processes and reads their answers.
    """

    def __init__(self, work: Worker) -> None:
        self._latest = Latest(work, self._fail)
        self._inquiry: Inquiry[_Answer] | None = None
        self._done: Callable[[_Answer], None] | None = None
        self._failed: Callable[[Exception], None] | None = None
        self.moved: Callable[[Progress], None] = lambda _: None  #: called when it has come further

    def ask(
        self,
        begin: Callable[[], Inquiry[_Answer]],
        done: Callable[[_Answer], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Ask; ``done`` gets the answer on the GUI thread."""
        self.release()
        self._done, self._failed = done, failed
        self._latest.ask(begin, self._begun, late=Inquiry.kill)

    @property
    def asking(self) -> bool:
        """True until the question is answered."""
        return self._inquiry is not None or self._latest.busy

    def poll(self) -> None:
        """Look whether there is an answer."""
        inquiry = self._inquiry
        if inquiry is None or self._latest.busy:
            return

        def look() -> _Answer | Progress | None:
            answer = inquiry.answer()
            return inquiry.progress() if answer is None else answer

        self._latest.also(look, self._take)

    def release(self) -> None:
        """Forget the question, and end its process."""
        inquiry, self._inquiry = self._inquiry, None
        self._latest.forget()
        if inquiry is not None:
            inquiry.kill()

    def _begun(self, inquiry: Inquiry[_Answer]) -> None:
        self._inquiry = inquiry

    def _take(self, answer: _Answer | Progress | None) -> None:
        if isinstance(answer, Progress):
            self.moved(answer)
        elif answer is not None and self._done is not None:
            self._inquiry = None
            self._done(answer)

    def _fail(self, error: Exception) -> None:
        self._inquiry = None
        if self._failed is not None:
            self._failed(error)
