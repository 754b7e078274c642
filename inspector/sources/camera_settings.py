"""What a recipe says of an industrial camera, as its features take it; what was set is read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from inspector.domain.errors import SourceError
from inspector.domain.pixel_format import PixelFormat
from inspector.domain.source_options import FrameStart
from inspector.domain.white_balance import WhiteBalance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.domain.source_options import SourceOptions

Value = bool | int | float | str
_BALANCE, _SELECTOR = ("BalanceRatio", "BalanceRatioAbs"), "BalanceRatioSelector"


class FeatureRefusedError(Exception):
    """A camera's library refuses a value, in its own words."""


class CameraFeatures(Protocol):
    """A camera's features by their standard names (GenICam SFNC)."""

    def has(self, name: str) -> bool:
        """Return whether there is such a feature and it can be used now."""
        ...

    def get(self, name: str) -> Value:
        """Return a feature's value, as the camera says it now."""
        ...

    def set(self, name: str, value: Value) -> None:
        """Set a feature.

        Raises:
            FeatureRefusedError: If the camera refuses the value.
        """
        ...

    def range_of(self, name: str) -> str:
        """Return what a feature takes, in words, as “100 to 800 in steps of 4” or “Mono8, RGB8”; empty if unknown."""
        ...

    def execute(self, name: str) -> None:
        """Give a command."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """A feature that is set.

    Args:
        title: As the recipe calls it.
        names: The feature's names: the standard's, then those of older cameras.
        unit: Of the value, for people.
        needed: A camera that lacks or refuses it is not opened; otherwise it is left as it is.
        before: Features that are set first where they are there, as an automatic that is switched off.
    """

    title: str
    names: tuple[str, ...]
    value: Value
    unit: str = ""
    needed: bool = True
    before: tuple[tuple[str, Value], ...] = ()


def apply_settings(features: CameraFeatures, options: SourceOptions, *, name: str) -> str:
    """Set a camera as a recipe says, and read back what it is set to.

    What the recipe leaves open stays as the camera has it.

    Args:
        features: Of the camera, opened and not started.
        name: The source's name, for errors.

    Returns:
        What the camera says, in words: “Mono8, 800 × 600, exposure 5000 µs, gain 0, 20 pictures/s”.

    Raises:
        SourceError: If the camera refuses something, or says another value afterwards: with other settings the model
            would judge other pictures than those that it learnt from.
    """
    for setting in _settings(options):
        _apply(features, setting, name)
    return in_words(features)


def _settings(options: SourceOptions) -> Iterator[_Setting]:
    yield _Setting(title="Acquisition", names=("AcquisitionMode",), value="Continuous", needed=False)
    yield from _picture(options)
    yield from _light(options)
    if options.fps is not None:
        rate = ("AcquisitionFrameRate", "AcquisitionFrameRateAbs")
        before: tuple[tuple[str, Value], ...] = (("AcquisitionFrameRateEnable", True),)
        yield _Setting(title="Rate", names=rate, value=float(options.fps), unit="pictures/s", before=before)
    if options.packet_bytes is not None:
        yield _Setting(
            title="Packet size", names=("GevSCPSPacketSize",), value=options.packet_bytes, unit="bytes", needed=True
        )
    yield from _start(options)


def _picture(options: SourceOptions) -> Iterator[_Setting]:
    if options.pixel_format is not PixelFormat.CAMERA:
        yield _Setting(title="Pixel format", names=("PixelFormat",), value=options.pixel_format.value)
    corner: tuple[tuple[str, Value], ...] = (("OffsetX", 0), ("OffsetY", 0))  # else a larger region has no room
    sizes = {"Width": options.width_px, "Height": options.height_px}
    for title, size in sizes.items():
        if size is not None:
            yield _Setting(title=title, names=(title,), value=size, unit="pixels", before=corner)
    edges = {"OffsetX": ("Left edge", options.left_px), "OffsetY": ("Top edge", options.top_px)}
    for feature, (title, place) in edges.items():
        if place is not None:
            yield _Setting(title=title, names=(feature,), value=place, unit="pixels", needed=place != 0)


def _light(options: SourceOptions) -> Iterator[_Setting]:
    if options.exposure_us is not None:
        yield _Setting(
            title="Exposure time",
            names=("ExposureTime", "ExposureTimeAbs"),
            value=float(options.exposure_us),
            unit="µs",
            before=(("ExposureAuto", "Off"), ("ExposureMode", "Timed")),
        )
    if options.gain is not None:
        yield _Setting(
            title="Gain", names=("Gain", "GainRaw"), value=float(options.gain), before=(("GainAuto", "Off"),)
        )
    for colour, ratio in (("Red", options.balance_red), ("Blue", options.balance_blue)):
        if ratio is not None:
            yield _Setting(
                title=f"White balance, {colour.lower()}",
                names=_BALANCE,
                value=float(ratio),
                before=(("BalanceWhiteAuto", "Off"), (_SELECTOR, colour)),
            )


def _start(options: SourceOptions) -> Iterator[_Setting]:
    """Say what starts a picture; a camera without triggers runs freely."""
    start = options.frame_start
    title = "A picture starts"
    needed = start is not FrameStart.FREE
    yield _Setting(title=title, names=("TriggerSelector",), value="FrameStart", needed=needed)
    if start is FrameStart.FREE:
        yield _Setting(title=title, names=("TriggerMode",), value="Off", needed=False)
        return
    source = start.value if start.is_input else "Software"
    yield _Setting(title=title, names=("TriggerSource",), value=source)
    if start.is_input:
        yield _Setting(title="Edge", names=("TriggerActivation",), value=options.signal_edge.value)
    yield _Setting(title=title, names=("TriggerMode",), value="On")


def _apply(features: CameraFeatures, setting: _Setting, name: str) -> None:
    feature = next((feature for feature in setting.names if features.has(feature)), None)
    if feature is None:
        if setting.needed:
            raise SourceError(
                f"{name} has no feature {setting.names[0]}, which the recipe's “{setting.title}” needs",
                "Leave that field empty, or choose another camera.",
            )
        return
    for other, value in setting.before:
        if features.has(other):
            _set(features, other, value, setting, name)
    _set(features, feature, setting.value, setting, name)
    actual = features.get(feature)
    if setting.needed and not _agrees(setting.value, actual):
        raise SourceError(
            f"{name} was told “{setting.title}” {_plain(setting.value)} and says {_plain(actual)}"
            f"{_takes(features, feature)}",
            "Correct that field.",
        )


def _set(features: CameraFeatures, feature: str, value: Value, setting: _Setting, name: str) -> None:
    if features.get(feature) == value:  # many a camera has features that can only be read
        return
    try:
        features.set(feature, value)
    except FeatureRefusedError as error:
        if not setting.needed:
            return
        unit = f" {setting.unit}" if setting.unit and value == setting.value else ""
        raise SourceError(
            f"{name} refuses “{setting.title}”, {feature} = {_plain(value)}{unit}"
            f"{_takes(features, feature) or f': {error}'}",
            "Correct that field, or leave it empty.",
        ) from error


def _takes(features: CameraFeatures, feature: str) -> str:
    words = features.range_of(feature)
    return f": it takes {words}" if words else ""


def _agrees(wanted: Value, actual: Value) -> bool:
    """Return whether a camera took a value; a time or a rate is rounded to what its clock can do."""
    if isinstance(wanted, float) and isinstance(actual, int | float):
        return abs(wanted - actual) <= max(0.05 * abs(wanted), 0.1 if wanted == 0 else 0.0)
    return wanted == actual


def _plain(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def read_balance(features: CameraFeatures) -> WhiteBalance | None:
    """Return a camera's white balance, as it says it; None where it has none that can be set colour by colour."""
    name = next((name for name in _BALANCE if features.has(name)), None)
    if name is None or not features.has(_SELECTOR):
        return None
    ratios = []
    try:
        for colour in ("Red", "Blue"):
            features.set(_SELECTOR, colour)
            ratios.append(float(features.get(name)))
    except FeatureRefusedError:
        return None
    red, blue = ratios
    return WhiteBalance(red=red, blue=blue) if red > 0 and blue > 0 else None


def in_words(features: CameraFeatures) -> str:
    """Return what a camera is set to, in one line; what it does not say is left out."""
    pieces = [str(features.get("PixelFormat"))] if features.has("PixelFormat") else []
    if features.has("Width") and features.has("Height"):
        pieces.append(f"{features.get('Width')} × {features.get('Height')}")
    for words, names, unit in (
        ("exposure ", ("ExposureTime", "ExposureTimeAbs"), " µs"),
        ("gain ", ("Gain", "GainRaw"), ""),
        ("", ("ResultingFrameRate", "AcquisitionFrameRate", "AcquisitionFrameRateAbs"), " pictures/s"),
        ("packets of ", ("GevSCPSPacketSize",), " bytes"),
    ):
        name = next((name for name in names if features.has(name)), None)
        if name is not None:
            value = features.get(name)
            pieces.append(f"{words}{value:.6g}{unit}" if isinstance(value, float) else f"{words}{value}{unit}")
    return ", ".join(pieces)
