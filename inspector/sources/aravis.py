"""`aravis:`, GigE and USB3 cameras on Linux by the distribution's library Aravis, through GObject introspection."""

from __future__ import annotations

import contextlib
import importlib.machinery
import importlib.util
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.domain.errors import SourceError, SourceLostError
from inspector.domain.source import SourceKind, SourceSpec
from inspector.sources.camera_settings import FeatureRefusedError
from inspector.sources.cameras import CameraInfo
from inspector.sources.industrial import BUFFERS, LOST_ADVICE, Grab, IndustrialCamera

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.machinery import ModuleSpec

    from inspector.sources.camera_settings import Value

_VERSION = "0.8"
#: Where distributions put the introspection library, which an environment of its own (venv) does not see.
_SYSTEM = Path("/usr/lib/python3/dist-packages")
_FAULTS = {
    "missing-packets": "packets were lost",
    "timeout": "it was not whole in time",
    "size-mismatch": "it does not fit its buffer",
    "wrong-packet-id": "a packet came out of place",
    "aborted": "it was broken off",
}


def _introspection() -> ModuleSpec | None:
    return importlib.util.find_spec("gi") or importlib.machinery.PathFinder.find_spec("gi", [str(_SYSTEM)])


def is_installed() -> bool:
    """Return whether the distribution has Aravis and the way to it; nothing is loaded."""
    there = any(Path("/usr").glob(f"lib*/**/girepository-1.0/Aravis-{_VERSION}.typelib"))
    return sys.platform.startswith("linux") and there and _introspection() is not None


def _library() -> Any:  # noqa: ANN401 - made at run time
    """Return Aravis.

    Raises:
        SourceError: If it cannot be loaded.
    """
    try:
        if "gi" not in sys.modules:
            spec = _introspection()
            if spec is None or spec.loader is None:
                raise ImportError("there is no module gi")  # noqa: TRY301 - said as any other
            sys.modules["gi"] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules["gi"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ImportWarning)  # its importer is of an old kind, and works
            import gi

            gi.require_version("Aravis", _VERSION)
            from gi.repository import Aravis
    except (ImportError, ValueError) as error:
        sys.modules.pop("gi", None)
        raise SourceError(
            f"the library Aravis {_VERSION} cannot be loaded: {error}",
            "Install it: apt-get install gir1.2-aravis-0.8 python3-gi. Its Python must be the station's.",
        ) from error
    return Aravis


def list_aravis() -> list[CameraInfo]:
    """Return the cameras that Aravis sees in the network and at USB.

    Raises:
        SourceError: If the library cannot be loaded.
    """
    library = _library()
    return [
        CameraInfo(
            source=str(SourceSpec(SourceKind.ARAVIS, library.get_device_serial_nbr(number))),
            label=f"{library.get_device_vendor(number)} {library.get_device_model(number)} "
            f"({library.get_device_address(number)})",
        )
        for number in _numbers(library)
        if library.get_device_serial_nbr(number)
    ]


def _numbers(library: Any) -> range:  # noqa: ANN401 - made at run time
    library.update_device_list()
    return range(library.get_n_devices())


def connect(serial: str) -> IndustrialCamera:
    """Open a camera.

    Args:
        serial: Its serial number.

    Raises:
        SourceError: If there is none, or it cannot be opened.
    """
    library = _library()
    seen = {library.get_device_serial_nbr(number): library.get_device_id(number) for number in _numbers(library)}
    if serial not in seen:
        raise SourceError(
            f"there is no camera aravis:{serial}; Aravis sees {', '.join(seen) or 'none'}",
            "Connect it, switch it on, and check that its address is in the network card's network.",
        )
    return AravisCamera(f"aravis:{serial}", library, seen[serial])


class AravisCamera(IndustrialCamera):
    """An opened camera.

    Args:
        name: The source's name, for errors.
        library: Aravis.
        device_id: How it is called there.
    """

    def __init__(self, name: str, library: Any, device_id: str) -> None:  # noqa: ANN401 - made at run time
        from gi.repository import GLib

        self._name, self._library = name, library
        try:
            self._camera = library.Camera.new(device_id)
        except GLib.Error as error:
            raise SourceError(
                f"{name} cannot be opened: {_words(error)}", "Close other programs that use it; check its cable."
            ) from error
        self._features = _AravisFeatures(name, library, self._camera.get_device())
        self._stream: Any = None

    @property
    def features(self) -> _AravisFeatures:
        """See `IndustrialCamera.features`."""
        return self._features

    def start(self) -> None:
        """See `IndustrialCamera.start`."""
        with _said_as_lost(self._name):
            self._stream = self._camera.create_stream(None, None)
            size = self._camera.get_payload()
            for _ in range(BUFFERS):
                self._stream.push_buffer(self._library.Buffer.new_allocate(size))
            self._camera.start_acquisition()

    def grab(self, timeout_s: float) -> Grab | None:
        """See `IndustrialCamera.grab`."""
        buffer = self._stream.timeout_pop_buffer(round(1e6 * timeout_s))
        if buffer is None:
            return None
        try:
            return _grabbed(self._library, buffer)
        finally:
            self._stream.push_buffer(buffer)

    def ask(self) -> None:
        """See `IndustrialCamera.ask`."""
        self._features.get("Width")

    def close(self) -> None:
        """See `IndustrialCamera.close`."""
        try:
            with contextlib.suppress(SourceLostError), _said_as_lost(self._name):
                if self._stream is not None:
                    self._camera.stop_acquisition()
        finally:  # the camera is free when nobody holds it: an error that is still shown may hold its features
            self._features.release()
            del self._stream, self._camera


def _grabbed(library: Any, buffer: Any) -> Grab:  # noqa: ANN401 - made at run time
    status, frame_id = buffer.get_status(), int(buffer.get_frame_id())
    if status != library.BufferStatus.SUCCESS:  # such a buffer has no shape
        return Grab(fault=_FAULTS.get(status.value_nick, status.value_nick), frame_id=frame_id)
    if buffer.get_payload_type() not in (
        library.BufferPayloadType.IMAGE,
        library.BufferPayloadType.EXTENDED_CHUNK_DATA,
    ):
        return Grab(fault=f"it sends {buffer.get_payload_type().value_nick}, not a picture", frame_id=frame_id)
    return Grab(
        frame_id=frame_id,
        data=buffer.get_image_data(),
        code=buffer.get_image_pixel_format(),
        width_px=buffer.get_image_width(),
        height_px=buffer.get_image_height(),
        padding=buffer.get_image_padding().x_padding,
    )


class _AravisFeatures:
    """The features of a device, see `CameraFeatures`. Aravis itself sends values that are out of range."""

    def __init__(self, name: str, library: Any, device: Any) -> None:  # noqa: ANN401 - made at run time
        from gi.repository import GLib

        self._name, self._library, self._device, self._error = name, library, device, GLib.Error

    def release(self) -> None:
        """Let the device go."""
        self._device = None

    def has(self, name: str) -> bool:
        with _said_as_lost(self._name):
            return bool(self._device.is_feature_available(name))

    def get(self, name: str) -> Value:
        with _said_as_lost(self._name):
            value: Value = getattr(self._device, f"get_{self._kind(name)}_feature_value")(name)
        return value

    def set(self, name: str, value: Value) -> None:
        kind = self._kind(name)
        try:
            if kind in {"integer", "float"}:
                value = self._within(name, kind, float(value))
            elif kind == "string" and (choices := self._choices(name)) and value not in choices:
                raise FeatureRefusedError("it is none of those that it has")
            getattr(self._device, f"set_{kind}_feature_value")(name, value)
        except self._error as error:
            raise FeatureRefusedError(_words(error)) from error

    def range_of(self, name: str) -> str:
        kind = self._kind(name)
        with contextlib.suppress(self._error):
            if kind == "string":
                return ", ".join(self._choices(name))
            if kind != "boolean":
                low, high, step = self._limits(name, kind)
                return f"{low:.12g} to {high:.12g}" + (f" in steps of {step:g}" if step > 1 else "")
        return ""

    def execute(self, name: str) -> None:
        with _said_as_lost(self._name):
            self._device.execute_command(name)

    def _kind(self, name: str) -> str:
        node, library = self._device.get_feature(name), self._library
        if isinstance(node, library.GcBoolean):
            return "boolean"
        if isinstance(node, library.GcEnumeration | library.GcString) and not isinstance(node, library.GcFloat):
            return "string"
        return "float" if isinstance(node, library.GcFloat) else "integer"

    def _within(self, name: str, kind: str, value: float) -> float:
        """Return a number as the feature takes it; what is out of range is refused."""
        low, high, step = self._limits(name, kind)
        number = round(value) if kind == "integer" else value
        if not low <= number <= high or (step > 1 and (number - low) % step):
            raise FeatureRefusedError("it is out of range")
        return number

    def _limits(self, name: str, kind: str) -> tuple[float, float, float]:
        bounds = getattr(self._device, f"get_{kind}_feature_bounds")(name)
        step = self._device.get_integer_feature_increment(name) if kind == "integer" else 0.0
        return bounds.min, bounds.max, step

    def _choices(self, name: str) -> list[str]:
        if not isinstance(self._device.get_feature(name), self._library.GcEnumeration):
            return []
        return list(self._device.dup_available_enumeration_feature_values_as_strings(name))


@contextlib.contextmanager
def _said_as_lost(name: str) -> Iterator[None]:
    """Turn what the library raises into the loss of the camera."""
    from gi.repository import GLib

    try:
        yield
    except GLib.Error as error:
        raise SourceLostError(f"{name} has been lost: {_words(error)}", LOST_ADVICE) from error


def _words(error: Any) -> str:  # noqa: ANN401 - GLib's error
    return str(error.message).strip().rstrip(".")
