"""Pictures that are sent in: judged one after the other on one thread, and only so many requests may wait."""

from __future__ import annotations

import asyncio
import base64
import logging
import math
import threading
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Queue
from typing import TYPE_CHECKING

import cv2
import numpy as np
from pydantic import ConfigDict

from inspector.domain.errors import InspectorError
from inspector.domain.memory import reason_of
from inspector.outputs.judged import PictureAnswer, judged_fields
from inspector.pictures import encode_picture
from inspector.vision.overlay import displayable, draw_overlay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from inspector.recipes.recipe import Recipe
    from inspector.trial import TrialJudge, TriedPicture

_log = logging.getLogger(__name__)

#: Requests with pictures that may wait; one more is told to come again.
MOST_WAITING = 16
#: The pictures of an answer have at most so many pixels on their longer side: they are for eyes.
SHOWN_PX = 1280
_REMEMBERED = 20
_USUAL_S = 0.5


class JudgedUpload(PictureAnswer):
    """What is said of a picture that was sent in. Nothing is recorded or counted."""

    model_config = ConfigDict(title="Judged picture")

    name: str
    recipe: str
    recipe_version: int
    model: str
    model_sha256: str
    precision: str
    picture: str | None  #: JPEG as a data address, at most 1280 pixels on its longer side; none where it was not read
    map: list[list[float]] | None  #: the raw heatmap, rows of cells, as the network gave it
    map_box: tuple[float, float, float, float] | None  #: where it lies: left, top, right, bottom as fractions
    heatmap: str | None  #: the same with the heatmap over it; none where there is none


class BusyError(InspectorError):
    """Too many requests wait.

    Args:
        retry_after_s: When to come again, seconds.
    """

    def __init__(self, waiting: int, retry_after_s: int) -> None:
        super().__init__(f"{waiting} requests with pictures wait already", f"Send it again in {retry_after_s} s.")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class _Wish:
    name: str
    content: bytes
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[JudgedUpload]


class UploadJudge:
    """The one thread that judges.

    Args:
        judge: Loads the model and judges; used by this thread only.
        recipe: Returns the recipe in force at this moment.
        opacity: Of the heatmap, 0..1.
        most_waiting: How many requests may be at work or wait.
        begins: What the thread does first.
    """

    def __init__(
        self,
        judge: TrialJudge,
        recipe: Callable[[], Recipe],
        *,
        opacity: float = 0.6,
        most_waiting: int = MOST_WAITING,
        begins: Callable[[], None] = lambda: None,
    ) -> None:
        self._begins = begins
        self._judge, self._recipe, self._opacity, self._most = judge, recipe, opacity, most_waiting
        self._wishes: Queue[_Wish | None] = Queue()  #: none ends the thread
        self._waiting = 0
        self._lock = threading.Lock()
        self._times: deque[float] = deque(maxlen=_REMEMBERED)
        self._thread = threading.Thread(target=self._run, name="uploads", daemon=True)
        self.judged = 0  #: pictures since the start
        self.refused = 0  #: requests that were told to come again

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End after the pictures that wait, and release the model."""
        self._wishes.put(None)
        if self._thread.is_alive():
            self._thread.join(5.0)

    @property
    def waiting(self) -> int:
        """How many requests are at work or wait."""
        return self._waiting

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Take one of the places for requests, before anything of it is read.

        Raises:
            BusyError: If all are taken.
        """
        with self._lock:
            if self._waiting >= self._most:
                self.refused += 1
                raise BusyError(self._waiting, self._retry_after_s())
            self._waiting += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1

    async def ask(self, name: str, content: bytes) -> JudgedUpload:
        """Judge the content of a picture file; a bad one is an ERROR with its reason, and no exception.

        Raises:
            InspectorError: If nothing can be judged at all: the recipe or the model cannot be used.
        """
        loop = asyncio.get_running_loop()
        wish = _Wish(name, content, loop, loop.create_future())
        self._wishes.put(wish)
        return await wish.answer

    def _retry_after_s(self) -> int:
        each = sum(self._times) / len(self._times) if self._times else _USUAL_S
        return max(1, math.ceil(each * self._waiting))

    def _run(self) -> None:
        self._begins()
        try:
            while (wish := self._wishes.get()) is not None:
                self._answer(wish)
        finally:
            self._judge.close()

    def _answer(self, wish: _Wish) -> None:
        began_s = time.perf_counter()
        try:
            recipe = self._recipe()
            tried = self._judge.judge_content(wish.content, wish.name, recipe)
            answer = self._told(wish.name, tried, recipe)
        except InspectorError as error:
            self._settle(wish, error)
        except Exception as error:  # noqa: BLE001 - this picture's answer; the next one is judged
            _log.exception("a picture that was sent in could not be judged")
            self._settle(wish, InspectorError(f"the picture could not be judged: {reason_of(error)}", "Try it again."))
        else:
            self.judged += 1
            self._times.append(time.perf_counter() - began_s)
            self._settle(wish, answer)

    def _settle(self, wish: _Wish, outcome: JudgedUpload | InspectorError) -> None:
        def tell() -> None:
            if wish.answer.done():  # whoever asked has gone
                return
            if isinstance(outcome, JudgedUpload):
                wish.answer.set_result(outcome)
            else:
                wish.answer.set_exception(outcome)

        try:
            wish.loop.call_soon_threadsafe(tell)
        except RuntimeError:  # the server has ended
            _log.info("nobody waits for a picture any more")

    def _told(self, name: str, tried: TriedPicture, recipe: Recipe) -> JudgedUpload:
        picture = heatmap = None
        prediction = tried.prediction
        if tried.image is not None:
            small = _small(displayable(tried.image))
            picture = _address(small)
            if prediction is not None:
                box = prediction.map_box
                heatmap = _address(draw_overlay(small, prediction.heatmap, opacity=self._opacity, map_box=box))
        return JudgedUpload(
            name=name,
            recipe=recipe.name,
            recipe_version=recipe.version,
            model=tried.model.name,
            model_sha256=tried.model.sha256,
            precision=tried.model.precision,
            picture=picture,
            heatmap=heatmap,
            map=None if prediction is None else prediction.heatmap.tolist(),
            map_box=None if prediction is None else prediction.map_box,
            **judged_fields(tried.decision, prediction),
        )


def _small(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    scale = SHOWN_PX / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _address(image: NDArray[np.uint8]) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(encode_picture(image, ".jpg", quality=88)).decode("ascii")
