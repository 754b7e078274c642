"""A prediction with a time limit: a network that hangs must not hang the line."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from inspector.domain.errors import ClassifierError

if TYPE_CHECKING:
    from inspector.domain.records import Image, Prediction
    from inspector.vision.classifier import Classifier

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
        self._image: Image | None = None
        self._answer: Prediction | Exception | None = None
        self._busy = False
        self._closed = False
        self._given_up = False
        self._thread = threading.Thread(target=self._run, name="prediction", daemon=True)
        self._thread.start()

    def predict(self, image: Image) -> Prediction:
        """Return the prediction.

        Raises:
            PictureError: If the picture cannot be preprocessed.
            ClassifierError: If the network fails, or has not answered in time, or still hangs from before.
        """
        with self._changed:
            if self._given_up:
                raise ClassifierError(STOPPED)
            if self._busy:
                raise ClassifierError("the network still hangs on an earlier part", "Stop and start the line.")
            self._image, self._answer, self._busy = image, None, True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._busy or self._given_up, self._limit_s)
            answer = self._take_answer()
        if answer is None and self._given_up:
            raise ClassifierError(STOPPED)
        if answer is None:
            raise ClassifierError(
                f"the network has not answered within {self._limit_s:g} s", "Stop and start the line; check the device."
            )
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _take_answer(self) -> Prediction | Exception | None:
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
                self._changed.wait_for(lambda: self._image is not None or self._closed)
                if self._image is None:
                    return
                image, self._image = self._image, None
            answer: Prediction | Exception
            try:
                answer = self._classifier.predict(image)
            except Exception as error:  # whatever it is, the part is an ERROR and the line goes on
                answer = error
            with self._changed:
                self._answer, self._busy = answer, False
                self._changed.notify_all()
