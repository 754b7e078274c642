"""A prediction with a time limit: a network that hangs must not hang the line."""

from __future__ import annotations

import logging
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from inspector.domain.errors import ClassifierError, NetworkHangsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.records import Image, Prediction
    from inspector.vision.classifier import Classifier

_log = logging.getLogger(__name__)

#: Why a part has no verdict when the line was stopped before it had one.
STOPPED = "stopped before it was judged"


class Predictor:
    """Runs a classifier on a thread of its own.

    Args:
        classifier: Loaded; closed by whoever loaded it.
        limit_s: Seconds a prediction may take.
    """

    def __init__(self, classifier: Classifier, limit_s: float) -> None:
        self._classifier = classifier
        self._limit_s = limit_s
        self._changed = threading.Condition()
        self._work: Callable[[], object] | None = None
        self._answer: tuple[object] | Exception | None = None
        self._busy = False
        self._hangs_since_s: float | None = None  # it was not waited for any longer
        self._closed = False
        self._given_up = False
        self._thread = threading.Thread(target=self._run, name="prediction", daemon=True)
        self._thread.start()

    def predict(self, image: Image) -> Prediction:
        """Return the prediction.

        Raises:
            PictureError: If the picture cannot be preprocessed.
            ClassifierError: If the network fails.
            NetworkHangsError: If it has not answered in time, or still hangs on an earlier picture.
        """
        prediction: Prediction = self.run(partial(self._classifier.predict, image))
        return prediction

    def run(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the work returns
        """Return what comes of work with the classifier, within the time limit; its errors are raised here.

        Raises:
            ClassifierError: If the line stops.
            NetworkHangsError: As `predict`.
        """
        with self._changed:
            if self._given_up:
                raise ClassifierError(STOPPED)
            if self._busy:
                raise NetworkHangsError("the network still hangs on an earlier part", "Stop and start the line.")
            self._work, self._answer, self._busy = work, None, True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._busy or self._given_up, self._limit_s)
            answer = self._take_answer()
        if answer is None and self._given_up:
            raise ClassifierError(STOPPED)
        if answer is None:
            self._hangs_since_s = time.perf_counter()
            raise NetworkHangsError(
                f"the network has not answered within {self._limit_s:g} s", "Stop and start the line; check the device."
            )
        if isinstance(answer, Exception):
            raise answer
        return answer[0]

    def hangs_s(self) -> float:
        """Return for how long nobody has waited any more for what the network is still busy with; 0 for nothing."""
        with self._changed:
            since_s = self._hangs_since_s
            return time.perf_counter() - since_s if self._busy and since_s is not None else 0.0

    def wait_free(self, wait_s: float) -> bool:
        """Wait until the network is done with what it hangs on; False where it is not within the time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy or self._given_up, wait_s)

    def _take_answer(self) -> tuple[object] | Exception | None:
        answer, self._answer = self._answer, None
        return answer

    def give_up(self) -> None:
        """Wait for no answer any more: the line stops."""
        with self._changed:
            self._given_up = True
            self._changed.notify_all()

    def close(self, timeout_s: float) -> None:
        """End the thread and release the classifier; where the network hangs, both are left behind."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        if not self._thread.is_alive():
            self._classifier.close()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._work is not None or self._closed)
                if self._work is None:
                    return
                work, self._work = self._work, None
            answer: tuple[object] | Exception
            try:
                answer = (work(),)
            except Exception as error:  # whatever it is, the part is an ERROR and the line goes on
                answer = error
            with self._changed:
                self._answer, self._busy, self._hangs_since_s = answer, False, None
                self._changed.notify_all()


class PatientPredictor:
    """Tries a picture again for which the network was too slow: a file can wait, a part on the belt cannot.

    Args:
        predictor: Has the time limit of one try.
        wait_s: Seconds that the network has to come back before the second and last try.
    """

    def __init__(self, predictor: Predictor, wait_s: float) -> None:
        self._predictor = predictor
        self._wait_s = wait_s

    def predict(self, image: Image) -> Prediction:
        """Return the prediction.

        Raises:
            PictureError: If the picture cannot be preprocessed.
            ClassifierError: If the network fails; if it is too slow again, or has not come back in time.
        """
        try:
            return self._predictor.predict(image)
        except NetworkHangsError as error:
            _log.warning("a file is tried again: %s", error)
        if not self._predictor.wait_free(self._wait_s):
            raise NetworkHangsError(
                f"the network has not answered within {self._wait_s:g} s", "Stop and start the line; check the device."
            )
        return self._predictor.predict(image)
