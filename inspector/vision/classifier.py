"""What the engine expects of a classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.domain.classes import Classes
    from inspector.domain.records import Image, ModelIdentity, Prediction, Thresholds


#: From one self-test of a model in use to the next.
TEST_EVERY_S = 3600.0


class Classifier(Protocol):
    """A loaded model on a device. `predict` may be called from several threads."""

    @property
    def identity(self) -> ModelIdentity:
        """Which model, on what."""
        ...

    @property
    def classes(self) -> Classes:
        """The K classes of its answers."""
        ...

    @property
    def thresholds(self) -> Thresholds:
        """The operating point stored in the bundle."""
        ...

    def predict(self, image: Image) -> Prediction:
        """Classify one picture and explain it.

        Args:
            image: As in `inspector.domain.records.Image`.

        Raises:
            PictureError: If the picture cannot be preprocessed.
            ClassifierError: If the network fails.
        """
        ...

    def predict_batch(self, images: Sequence[Image]) -> list[Prediction]:
        """Classify several pictures; same results as `predict` on each, in order.

        Raises:
            PictureError: If a picture cannot be preprocessed.
            ClassifierError: If the network fails.
        """
        ...

    def self_test(self) -> Iterator[None]:
        """Hold the loaded model against what it is known to say of drawn pictures; each step judges one.

        Raises:
            ModelChangedError: If an answer differs: nothing that it says can be trusted any more.
            ClassifierError: If the network fails.
        """
        ...

    def close(self) -> None:
        """Release the device; may be called twice."""
        ...
