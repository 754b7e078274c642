"""What a model is known to say of the self-test's pictures: by its manifest, else as it was first seen here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from inspector.domain.errors import ModelChangedError
from inspector.files import FileError
from inspector.vision.caches import AnswerCache
from inspector.vision.self_test import choose, difference, draw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from inspector.vision.bundle import Bundle
    from inspector.vision.self_test import KnownAnswer, Run, Tolerance

logger = logging.getLogger(__name__)


class KnownAnswers:
    """The known answers of one bundle on one device; owned by a classifier.

    Where the manifest has none (an older bundle, a device that was not there when it was made), the first answers on
    this machine are kept in the cache folder: then only what is damaged later is noticed.

    Args:
        bundle: A verified bundle.
        machine: What answers depend on, beside the bundle.
        cache_dir: Where first answers are kept; None keeps them in memory.
    """

    def __init__(self, bundle: Bundle, machine: Sequence[str], cache_dir: Path | None) -> None:
        self._bundle = bundle
        self._machine = tuple(machine)
        self._cache_dir = cache_dir
        self._first: dict[str, tuple[KnownAnswer, ...]] = {}

    def test(self, way: str, run: Run, tolerance: Tolerance, *, as_made: bool = True) -> Iterator[None]:
        """Hold a network against its known answers, one picture a step.

        Args:
            way: How it computes, as the manifest names it.
            run: Judges a picture (S, S, 3) uint8 BGR.
            tolerance: How far answers may lie apart.
            as_made: Whether the answers in the manifest hold here.

        Raises:
            ModelChangedError: If an answer differs, or is not finite.
        """
        size, name = self._bundle.manifest.preprocessing.input_size, self._bundle.manifest.name
        for answer in (as_made and self._bundle.manifest.self_test.get(way)) or self._seen(way, run, size):
            fault = difference(answer, run(draw(answer.picture, size)), tolerance)
            if fault:
                raise ModelChangedError(
                    f"the model {name} does not judge its test picture as before: {fault}",
                    "Load it again; if it stays so, restore the model, and have memory and processor checked.",
                )
            yield

    def _seen(self, way: str, run: Run, size: int) -> tuple[KnownAnswer, ...]:
        if way in self._first:
            return self._first[way]
        key = (self._bundle.sha256, *self._machine, way)
        cache = AnswerCache(self._cache_dir, key) if self._cache_dir is not None else None
        answers = cache.read() if cache is not None else ()
        if not answers:
            try:
                answers = choose(run, size, all_pictures=cache is not None)
            except ValueError as error:
                raise ModelChangedError(
                    f"the model {self._bundle.manifest.name} gives answers that are not numbers", "Restore the model."
                ) from error
            if cache is not None:
                _keep(cache, answers)
        self._first[way] = answers
        return answers


def _keep(cache: AnswerCache, answers: Sequence[KnownAnswer]) -> None:
    try:
        cache.write(answers)
    except FileError as error:
        logger.warning("the answers to the test pictures are not kept: %s", error)
