"""`basler:`, cameras by the library pypylon of Basler."""

from __future__ import annotations

import contextlib
import warnings
from typing import TYPE_CHECKING, Any

from inspector.domain.errors import SourceError, SourceLostError
from inspector.domain.source import SourceKind, SourceSpec
from inspector.sources.camera_settings import FeatureRefusedError
from inspector.sources.cameras import CameraInfo, library_fault
from inspector.sources.industrial import BUFFERS, LOST_ADVICE, Grab, IndustrialCamera
from inspector.sources.pixels import picture_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.sources.camera_settings import Value

_OLD = "Packed"  # what Basler puts behind the names of colours that fill their bytes: RGB8Packed is RGB8


def _library() -> Any:  # noqa: ANN401 - untyped library
    """Return pypylon.

    Raises:
        SourceError: If it is absent.
    """
    try:
        with warnings.catch_warnings():  # its types have no modules, and it shows what is not to be shown
            warnings.simplefilter("ignore", DeprecationWarning)
            from pypylon import pylon
    except ImportError as error:
        raise SourceError(*(library_fault(SourceKind.BASLER) or (f"pypylon cannot be loaded: {error}", ""))) from error
    return pylon


def list_basler() -> list[CameraInfo]:
    """Return the cameras that the library sees.

    Raises:
        SourceError: If it is absent.
    """
    return [
        CameraInfo(
            source=str(SourceSpec(SourceKind.BASLER, info.GetSerialNumber())),
            label=f"{info.GetVendorName()} {info.GetModelName()}",
        )
        for info in _library().TlFactory.GetInstance().EnumerateDevices()
    ]


def connect(serial: str) -> IndustrialCamera:
    """Open a camera.

    Args:
        serial: Its serial number, or the name that its user gave it.

    Raises:
        SourceError: If there is none, or it cannot be opened.
    """
    library = _library()
    factory = library.TlFactory.GetInstance()
    infos = factory.EnumerateDevices()
    for info in infos:
        if serial in (info.GetSerialNumber(), info.GetUserDefinedName()):
            return BaslerCamera(f"basler:{serial}", library, factory, info)
    raise SourceError(
        f"there is no camera basler:{serial}; seen are {', '.join(info.GetSerialNumber() for info in infos) or 'none'}",
        "Connect it, switch it on, and close other programs that use it.",
    )


class BaslerCamera(IndustrialCamera):
    """An opened camera.

    Args:
        name: The source's name, for errors.
        library: pypylon's module ``pylon``.
        factory: Makes the device.
        info: The camera's entry in the list.
    """

    def __init__(self, name: str, library: Any, factory: Any, info: Any) -> None:  # noqa: ANN401 - untyped library
        self._name, self._library = name, library
        try:
            self._camera = library.InstantCamera(factory.CreateDevice(info))
            self._camera.Open()
        except library.GenericException as error:
            raise SourceError(
                f"{name} cannot be opened: {_words(error)}", "Close other programs that use it; check its cable."
            ) from error
        self._features = _BaslerFeatures(name, self._camera.GetNodeMap())

    @property
    def features(self) -> _BaslerFeatures:
        """See `IndustrialCamera.features`."""
        return self._features

    def start(self) -> None:
        """See `IndustrialCamera.start`."""
        with _said_as_lost(self._name):
            self._camera.MaxNumBuffer.SetValue(BUFFERS)
            self._camera.StartGrabbing(self._library.GrabStrategy_OneByOne)

    def grab(self, timeout_s: float) -> Grab | None:
        """See `IndustrialCamera.grab`."""
        with _said_as_lost(self._name):
            result = self._camera.RetrieveResult(round(1000 * timeout_s), self._library.TimeoutHandling_Return)
            if not result.IsValid():
                self.ask()  # a camera that was removed lets its buffers run dry
                return None
            try:
                return _grabbed(result)
            finally:
                result.Release()

    def ask(self) -> None:
        """See `IndustrialCamera.ask`."""
        if self._camera.IsCameraDeviceRemoved():
            raise SourceLostError(f"{self._name} has been lost: it was removed", LOST_ADVICE)
        self._features.get("Width")

    def close(self) -> None:
        """See `IndustrialCamera.close`."""
        with contextlib.suppress(SourceLostError), _said_as_lost(self._name):
            self._camera.StopGrabbing()
            self._camera.DestroyDevice()


def _grabbed(result: Any) -> Grab:  # noqa: ANN401 - untyped library
    frame_id = int(result.BlockID)
    if not result.GrabSucceeded():
        return Grab(fault=result.ErrorDescription.strip().rstrip(".") or "packets were lost", frame_id=frame_id)
    code, width, height, padding = result.PixelType, result.Width, result.Height, result.PaddingX
    return Grab(
        frame_id=frame_id,
        data=memoryview(result.Buffer)[: picture_bytes(code, width, height, padding)],
        code=code,
        width_px=width,
        height_px=height,
        padding=padding,
    )


class _BaslerFeatures:
    """The node map of a camera, see `CameraFeatures`."""

    def __init__(self, name: str, nodes: Any) -> None:  # noqa: ANN401 - untyped library
        from pypylon import genicam

        self._name, self._nodes, self._genicam = name, nodes, genicam

    def has(self, name: str) -> bool:
        with contextlib.suppress(self._genicam.GenericException):  # what it has not
            node = self._nodes.GetNode(name)
            return node is not None and bool(self._genicam.IsAvailable(node))
        return False

    def get(self, name: str) -> Value:
        with _said_as_lost(self._name):
            value: Value = self._nodes.GetNode(name).GetValue()
        return value.removesuffix(_OLD) if isinstance(value, str) and "8" in value else value

    def set(self, name: str, value: Value) -> None:
        node = self._nodes.GetNode(name)
        try:
            if isinstance(value, str) and value not in node.Symbolics and value + _OLD in node.Symbolics:
                value += _OLD
            whole = isinstance(value, float) and type(node).__name__ == "IntegerParameter"
            node.SetValue(round(float(value)) if whole else value)
        except self._genicam.GenericException as error:
            raise FeatureRefusedError(_words(error)) from error

    def range_of(self, name: str) -> str:
        node = self._nodes.GetNode(name)
        with contextlib.suppress(self._genicam.GenericException, AttributeError):  # a flag has none
            if hasattr(node, "Symbolics"):
                return ", ".join(node.Symbolics)
            step = node.Inc if type(node).__name__ == "IntegerParameter" else 0
            return f"{node.Min:.12g} to {node.Max:.12g}" + (f" in steps of {step:g}" if step > 1 else "")
        return ""

    def execute(self, name: str) -> None:
        with _said_as_lost(self._name):
            self._nodes.GetNode(name).Execute()


@contextlib.contextmanager
def _said_as_lost(name: str) -> Iterator[None]:
    """Turn what the library raises into the loss of the camera."""
    from pypylon import genicam

    try:
        yield
    except genicam.GenericException as error:
        raise SourceLostError(f"{name} has been lost: {_words(error)}", LOST_ADVICE) from error


def _words(error: Exception) -> str:
    """Return what the library says, without where in its code it says it."""
    return str(error).split(" : ", 1)[0].strip().rstrip(".") or type(error).__name__
