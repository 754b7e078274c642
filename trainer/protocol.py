"""What a training is asked for, and what it reports: plain records that go through JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TrainRequest(_Record):
    """One training."""

    data: Annotated[str, Field(description="folder of pictures")]
    out: Annotated[str, Field(description="folder of the new bundle")]
    method: Annotated[Literal["head"], Field(description="how: “head” fits a linear head on a frozen backbone")] = (
        "head"
    )
    weights: Annotated[str, Field(description="backbone weights; empty: torchvision's ImageNet weights")] = ""
    seed: Annotated[int, Field(ge=0, description="of the split and the fit")] = 0
    input_size: Annotated[int, Field(ge=64, le=1024, description="side of the network's input, pixels")] = 224
    policy: Annotated[Literal["squash", "letterbox", "centre-crop"], Field(description="resizing")] = "squash"
    test_fraction: Annotated[float, Field(gt=0, lt=1, description="held out for the one evaluation")] = 0.3
    replace: Annotated[bool, Field(description="replace a bundle that is there")] = False


class Found(_Record):
    """What the data folder holds; the first report."""

    kind: Literal["found"] = "found"
    layout: str
    counts: dict[str, dict[str, int]]  #: by part of the split, by defect type


class Progress(_Record):
    """How far a stage is."""

    kind: Literal["progress"] = "progress"
    stage: str
    done: int
    total: int


class Candidate(_Record):
    """One setting that was tried, and its figure on the validation folds."""

    kind: Literal["candidate"] = "candidate"
    regularisation: float
    validation_loss: float


class Result(_Record):
    """The last report."""

    kind: Literal["result"] = "result"
    bundle: str
    threshold: float
    validation: dict[str, JsonValue]
    test: dict[str, JsonValue]
    seconds: float


Report = Found | Progress | Candidate | Result
