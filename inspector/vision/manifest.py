"""The manifest of a model bundle: what the model is, how pictures go in, its thresholds, what it was made of."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    field_serializer,
    field_validator,
    model_validator,
)

from inspector.domain.class_words import ClassWords
from inspector.domain.classes import Classes
from inspector.domain.errors import BundleError
from inspector.domain.guard import NO_MEMORY, NO_OUTLINE, PLACES_ONLY
from inspector.domain.known_heat import KnownHeat, words_of_heat
from inspector.domain.outline import GoodOutlines
from inspector.domain.picture_range import PictureRange
from inspector.domain.records import Thresholds
from inspector.domain.strangeness import GoodScale
from inspector.domain.views import GoodViews
from inspector.json_file import JsonError, faults_in, parse_json
from inspector.vision.preprocess import Preprocessing
from inspector.vision.self_test import KnownAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: The manifest's file name in the bundle's folder.
MANIFEST_FILE = "manifest.json"
#: The format that this program writes, and the only one that it reads.
FORMAT_VERSION = 1

_NAME = re.compile(r"[^/\\\x00-\x1f]{1,80}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
# Nothing that runs code when it is opened belongs into a bundle.
_SUFFIXES = frozenset(
    {".xml", ".bin", ".safetensors", ".json", ".csv", ".md", ".txt", ".html", ".css", ".svg", ".png", ".jpg", ".webp"}
)

#: How a graph computes.
Precision = Literal["fp32", "bf16", "fp16", "int8"]
_Probability = Annotated[float, Field(ge=0.0, le=1.0)]


class _ThresholdFields(BaseModel):
    """`Thresholds` as they stand in the file, so that an unknown key is refused there too."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    fail_at: _Probability
    review_from: _Probability | None = None


class PrecisionCheck(BaseModel):
    """How a precision of the exported graph compares with the network as it was trained, on validation pictures."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    passed: Annotated[bool, Field(description="whether the line may use it")]
    pictures: Annotated[int, Field(ge=0, description="how many were compared")]
    flips: Annotated[int, Field(ge=0, description="verdicts that differ, outside the review band")]
    largest_difference: Annotated[float, Field(ge=0.0, le=1.0, description="of P(defective)")]
    least_map_correlation: Annotated[
        float | None, Field(ge=-1.0, le=1.0, description="of the heatmaps of defective pictures; none: no such map")
    ] = None
    reason: Annotated[str, Field(description="why it did not pass; empty where it did")] = ""


class MemoryNote(BaseModel):
    """The memory of good: what it holds, and how strange good pictures outside it look."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    pictures: Annotated[int, Field(ge=1, description="good pictures whose cells it was chosen from")]
    rows: Annotated[int, Field(ge=1, description="cells that it holds")]
    dimensions: Annotated[int, Field(ge=1, description="numbers that describe a cell")]
    position: Annotated[float, Field(ge=0.0, description="how much a cell's place counts; 0: not at all")]
    good_scale: Annotated[GoodScale, Field(description="of good pictures, each against a memory without it")]
    beyond: Annotated[int, Field(ge=0, description="how many of these would go to review at the default rate")]
    whole: Annotated[bool, Field(description="whether the whole picture is measured beside its strangest cell")] = False
    views: Annotated[
        GoodViews | None,
        Field(description="what good pictures look like, small; null: the guard has no words for views"),
    ] = None
    outlines: Annotated[
        GoodOutlines | None,
        Field(description="of good parts; null: they do not stand free before an even ground, or were not looked at"),
    ] = None
    heat: Annotated[
        KnownHeat | None, Field(description="where it lies in known failures; null: no outlines, or not looked at")
    ] = None


class ManifestFields(BaseModel):
    """What the maker of a bundle states; `Manifest` adds the format version and the files' hashes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: Annotated[str, Field(description="name of the model")]
    created: Annotated[AwareDatetime, Field(description="when it was made, with its time zone")]
    class_names: Annotated[tuple[str, ...], Field(min_length=2, description="in the network's order")]
    good_class: Annotated[str, Field(description="which of the classes is good")]
    preprocessing: Preprocessing = Preprocessing()
    thresholds: Annotated[Thresholds, Field(description="operating point on P(defective)")] = Thresholds(fail_at=0.5)
    backbone: Annotated[str, Field(min_length=1, description="the network's trunk")] = "resnet50"
    pooling: Annotated[str, Field(min_length=1, description="between map and head")] = "average"
    dropout: Annotated[float, Field(ge=0.0, lt=1.0, description="before the head; above 0 the head is fc.1")] = 0.0
    graph_precision: Annotated[
        Literal["fp32", "fp16", "int8"], Field(description="how the graph's weights are stored; int8 also computes so")
    ] = "fp16"
    precisions: Annotated[
        dict[Precision, PrecisionCheck],
        Field(description="which precisions were checked when it was made; empty: none was"),
    ] = {}
    self_test: Annotated[
        dict[str, tuple[KnownAnswer, ...]],
        Field(description="what it said of drawn pictures when it was made, by how it computes; empty: not asked"),
    ] = {}
    data_fingerprint: Annotated[str, Field(description="of the training pictures; empty where unknown")] = ""
    pictures: Annotated[
        PictureRange | None,
        Field(description="what the pictures are like that it learnt from; null: unknown, and nothing is said"),
    ] = None
    memory: Annotated[
        MemoryNote | None,
        Field(description="of good pictures; null: it has none, and what it has never seen can pass"),
    ] = None
    metrics: Annotated[dict[str, JsonValue], Field(description="figures of the evaluation")] = {}
    training: Annotated[dict[str, JsonValue], Field(description="how it was made: method, seed, …")] = {}
    software_version: Annotated[str, Field(description="of the program that made it")] = ""

    @field_validator("thresholds", mode="before")
    @classmethod
    def _no_unknown_threshold(cls, value: object) -> object:
        if isinstance(value, dict):
            _ThresholdFields.model_validate(value)
        return value

    @field_serializer("thresholds")
    def _on_p_defective_alone(self, thresholds: Thresholds) -> dict[str, float | None]:
        """A bundle says how strange good parts look; from where on that is too strange, says the recipe's rate."""
        return {"fail_at": thresholds.fail_at, "review_from": thresholds.review_from}

    @field_validator("name")
    @classmethod
    def _usable_name(cls, value: str) -> str:
        if not _NAME.fullmatch(value) or value.strip(". ") != value:
            msg = f"a model name has 1 to 80 characters, no slash, line break, outer dot or space, got {value!r}"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _classes_agree(self) -> Self:
        if len(set(self.class_names)) != len(self.class_names) or not all(map(_NAME.fullmatch, self.class_names)):
            msg = f"class names must differ and have 1 to 80 characters without slash or line break: {self.class_names}"
            raise ValueError(msg)
        if self.good_class not in self.class_names:
            msg = f"the good class {self.good_class!r} is not among the classes {', '.join(self.class_names)}"
            raise ValueError(msg)
        return self

    @property
    def good_scale(self) -> GoodScale | None:
        """How strange good parts look to it; None without a memory of good."""
        return None if self.memory is None else self.memory.good_scale

    @property
    def may_spare(self) -> bool:
        """Whether a part that would fail may go to REVIEW where the heat lies outside its outline."""
        return self._heat is not None and self._heat.harmless

    @property
    def heat_words(self) -> str:
        """Say whether that is so, with what was seen in training; no full stop."""
        return words_of_heat(self._heat)

    @property
    def _heat(self) -> KnownHeat | None:
        return None if self.memory is None or self.memory.outlines is None else self.memory.heat

    @property
    def classes(self) -> Classes:
        """The classes as one value."""
        return Classes(self.class_names, self.good_class)

    @property
    def guard_lacks(self) -> str:
        """What keeps the guard from holding back what the model has never seen; empty where nothing does."""
        if self.memory is None:
            return NO_MEMORY
        if not self.memory.whole:
            return PLACES_ONLY
        return NO_OUTLINE if self.memory.outlines is None else ""

    @property
    def trained_on(self) -> str:
        """The folder or table of pictures that it was trained on, as the training named it; empty where unknown."""
        request = self.training.get("request")
        data = request.get("data") if isinstance(request, dict) else None
        return data if isinstance(data, str) else ""

    @property
    def trained_bit_depth(self) -> int | None:
        """How many bits of 16 were used in the pictures that it was trained on; None as their files say."""
        request = self.training.get("request")
        bits = request.get("bit_depth") if isinstance(request, dict) else None
        return bits if isinstance(bits, int) and not isinstance(bits, bool) else None

    @property
    def trained_words(self) -> ClassWords:
        """What was said, for the training, of words that nobody knows."""
        request = self.training.get("request")
        said = request if isinstance(request, dict) else {}

        def words(key: str) -> tuple[str, ...]:
            listed = said.get(key)
            return tuple(map(str, listed)) if isinstance(listed, list) else ()

        return ClassWords(good=words("good"), defective=words("defective"), no_label=words("no_label"))

    def allows(self, precision: Precision) -> bool:
        """Say whether the line may use a precision: it was checked and passed, or nothing was checked."""
        check = self.precisions.get(precision)
        return check.passed if check is not None else not self.precisions


class Manifest(ManifestFields):
    """A bundle's validated ``manifest.json``."""

    format_version: int = FORMAT_VERSION
    seal: Annotated[
        str, Field(description="`seal_of` the other fields; empty in bundles of before, whose manifest is not checked")
    ] = ""
    files: Annotated[
        dict[str, str], Field(min_length=1, description="SHA-256 of every file, by its path in the folder")
    ]

    @field_validator("files")
    @classmethod
    def _safe_files(cls, value: dict[str, str]) -> dict[str, str]:
        for name, digest in value.items():
            check_file_name(name)
            if not _SHA256.fullmatch(digest):
                msg = f"the SHA-256 of {name} is not 64 hexadecimal digits: {digest!r}"
                raise ValueError(msg)
        return value


def seal_of(fields: Mapping[str, JsonValue]) -> str:
    """Return what a manifest is sealed with, so that a change by hand, of a threshold for one, is noticed.

    It keeps out slips, not intent: whoever changes a manifest can seal it anew.

    Args:
        fields: The manifest as it stands in the file; its own seal is left out.

    Returns:
        SHA-256 of the fields as JSON with sorted keys and without spaces, hex.
    """
    unsealed = {name: value for name, value in fields.items() if name != "seal"}
    text = json.dumps(unsealed, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def check_file_name(name: str) -> None:
    """Refuse a file that may not be in a bundle.

    Args:
        name: Path within the folder, with forward slashes.

    Raises:
        ValueError: If it leads out of the folder, is the manifest itself, or is of a kind that is not allowed.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or {"..", "."} & set(name.split("/")) or "\\" in name or ":" in name:
        msg = f"the file name {name!r} leads out of the bundle"
        raise ValueError(msg)
    if str(path) == MANIFEST_FILE or path.suffix.lower() not in _SUFFIXES:
        msg = f"the file {name!r} may not be in a bundle (allowed: {' '.join(sorted(_SUFFIXES))})"
        raise ValueError(msg)


def parse_manifest(text: str | bytes, *, where: Path) -> Manifest:
    """Validate a manifest's text.

    Args:
        text: Content of the manifest's file, JSON.
        where: The file, for the error's text.

    Raises:
        BundleError: If it is not JSON, is of another format version, has a key or value that is not known, or was
            changed after it was sealed.
    """
    try:
        data = parse_json(text, where=str(where))
    except JsonError as error:
        raise BundleError(f"the manifest {error.what}", "Restore the bundle.") from error
    version = data.get("format_version") if isinstance(data, dict) else None
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise BundleError(
            f"the manifest {where} has format version {version!r}; this program reads version {FORMAT_VERSION}",
            "Update the program, or export the model again with this version.",
        )
    try:
        manifest = Manifest.model_validate(data)
    except ValidationError as error:
        raise BundleError(f"the manifest {where} cannot be used: {faults_in(error)}", "Restore the bundle.") from error
    assert isinstance(data, dict)
    if manifest.seal and manifest.seal != seal_of(data):
        raise BundleError(
            f"the manifest {where} was changed after the model was made (its seal does not fit)",
            "Restore the bundle. Thresholds are set in the recipe (Operating point, or “inspector recipe thresholds”).",
        )
    return manifest
