"""`genicam:`, cameras through the GenTL producers of their makers (files ``.cti``), by the library harvesters."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
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

#: Where producers lie, by the standard: the installers of makers write it.
PRODUCERS = "GENICAM_GENTL64_PATH"
_LOOK_MS = 1000
_READABLE = 2  # of the standard's access modes NI, NA, WO, RO, RW; a command is WO
_IMAGES = {1, 4}  # payload types image and image with chunks


def find_producers(said: str = "") -> list[Path]:
    """Return the producers' files.

    Args:
        said: A file, or a folder of them; several with the system's separator; empty for `PRODUCERS`.

    Raises:
        SourceError: If there is none.
    """
    places = [Path(place).expanduser() for place in (said or os.environ.get(PRODUCERS, "")).split(os.pathsep) if place]
    files = [file for place in places for file in (sorted(place.glob("*.cti")) if place.is_dir() else [place])]
    missing = next((file for file in files if not file.is_file()), None)
    if missing is not None:
        raise SourceError(
            f"there is no GenTL producer {missing}", "Correct the path, or install the camera's software."
        )
    if not files:
        where = f"in {said}" if said else f"that {PRODUCERS} names"
        raise SourceError(
            f"there is no GenTL producer (.cti) {where}",
            "Install the camera maker's software, or name its producer in the recipe's source.",
        )
    return files


def list_genicam(said: str = "") -> list[CameraInfo]:
    """Return the cameras that the producers see, those in use too.

    Args:
        said: As in `find_producers`.

    Raises:
        SourceError: If the library is absent, there is no producer, or one cannot be loaded.
    """
    cameras: list[CameraInfo] = []
    for producer in find_producers(said):
        with _PRODUCERS.borrowed(producer) as library:
            cameras += [
                CameraInfo(source=str(SourceSpec(SourceKind.GENICAM, serial)), label=info.display_name)
                for info in library.device_info_list
                if (serial := _serial(info))
            ]
    return cameras


def connect(serial: str, producers: str) -> IndustrialCamera:
    """Open a camera.

    Args:
        serial: Its serial number, or the name that its user gave it.
        producers: As `find_producers` takes them.

    Raises:
        SourceError: If there is none, or it cannot be opened.
    """
    seen: list[str] = []
    for producer in find_producers(producers):
        library = _PRODUCERS.borrow(producer)
        try:
            for info in library.device_info_list:
                if serial in (_serial(info), _said(info, "user_defined_name")):
                    return GenicamCamera(f"genicam:{serial}", producer, library, info)
                seen.append(_serial(info))
        except BaseException:
            _PRODUCERS.give_back(producer)
            raise
        _PRODUCERS.give_back(producer)
    listed = ", ".join(serial for serial in seen if serial) or "none"
    raise SourceError(
        f"there is no camera genicam:{serial}; the producers see {listed}",
        "Connect it, switch it on, and close other programs that use it.",
    )


class GenicamCamera(IndustrialCamera):
    """An opened camera of a producer.

    Harvesters throws away what is not whole and tells nobody which it was; so its events are read here, as the standard
    has them: the status of each buffer first.

    Args:
        name: The source's name, for errors.
        producer: Given back at the end.
        library: The producer, opened.
        info: The camera's entry in its list.
    """

    def __init__(self, name: str, producer: Path, library: Any, info: Any) -> None:  # noqa: ANN401 - untyped library
        from genicam.gentl import AccessDeniedException, GenericException, ResourceInUseException, TimeoutException

        self._name, self._producer = name, producer
        self._timeout, self._error = TimeoutException, GenericException
        try:
            self._acquirer = library.create(info)
        except (AccessDeniedException, ResourceInUseException) as error:
            raise SourceError(f"{name} is used by another program", "Close that program.") from error
        except GenericException as error:
            raise SourceError(f"{name} cannot be opened: {_words(error)}", "Check its cable and power.") from error
        self._features = _GenicamFeatures(name, self._acquirer.remote_device.node_map)
        self._monitor: Any = None

    @property
    def features(self) -> _GenicamFeatures:
        """See `IndustrialCamera.features`."""
        return self._features

    def start(self) -> None:
        """See `IndustrialCamera.start`."""
        acquirer = self._acquirer
        with _said_as_lost(self._name):
            acquirer.num_buffers = max(BUFFERS, acquirer.min_num_buffers)
            acquirer.start()
        self._monitor = next(iter(acquirer._new_buffer_event_monitor_dict.values()))  # noqa: SLF001 - see the class

    def grab(self, timeout_s: float) -> Grab | None:
        """See `IndustrialCamera.grab`."""
        with _said_as_lost(self._name):
            try:
                self._monitor.update_event_data(max(1, round(1000 * timeout_s)))
            except self._timeout:
                return None
            buffer = self._monitor.buffer
            try:
                return self._read(buffer)
            finally:
                buffer.parent.queue_buffer(buffer)

    def _read(self, buffer: Any) -> Grab:  # noqa: ANN401 - untyped library
        frame_id = None
        with contextlib.suppress(self._error):  # a producer need not say it
            frame_id = int(buffer.frame_id)
        if not buffer.is_complete():
            return Grab(fault="packets were lost", frame_id=frame_id)
        if buffer.payload_type not in _IMAGES:
            return Grab(fault=f"it sends payload type {buffer.payload_type}, not a picture", frame_id=frame_id)
        width, height, code = buffer.width, buffer.height, buffer.pixel_format
        offset = padding = 0
        with contextlib.suppress(self._error):
            offset = buffer.image_offset
        with contextlib.suppress(self._error):
            padding = buffer.padding_x
        delivered = height
        with contextlib.suppress(self._error):
            delivered = buffer.delivered_image_height
        if delivered < height:
            return Grab(fault=f"only {delivered} of {height} lines have come", frame_id=frame_id)
        size = picture_bytes(code, width, height, padding)
        return Grab(
            frame_id=frame_id,
            data=bytes(memoryview(buffer.raw_buffer)[offset : offset + size]),
            code=code,
            width_px=width,
            height_px=height,
            padding=padding,
        )

    def ask(self) -> None:
        """See `IndustrialCamera.ask`."""
        with _said_as_lost(self._name):
            self._features.ask("Width")

    def close(self) -> None:
        """See `IndustrialCamera.close`."""
        try:
            self._acquirer.destroy()
        finally:
            _PRODUCERS.give_back(self._producer)


class _GenicamFeatures:
    """The node map of a camera, see `CameraFeatures`."""

    def __init__(self, name: str, nodes: Any) -> None:  # noqa: ANN401 - untyped library
        from genicam.genapi import GenericException

        self._name, self._nodes, self._error = name, nodes, GenericException

    def has(self, name: str) -> bool:
        return bool(self._nodes.has_node(name) and self._nodes.get_node(name).get_access_mode() >= _READABLE)

    def get(self, name: str) -> Value:
        with _said_as_lost(self._name):
            value: Value = self._nodes.get_node(name).value
        return value

    def set(self, name: str, value: Value) -> None:
        node = self._nodes.get_node(name)
        try:
            node.value = round(value) if type(node).__name__ == "IInteger" and isinstance(value, float) else value
        except self._error as error:
            raise FeatureRefusedError(_words(error)) from error

    def range_of(self, name: str) -> str:
        node = self._nodes.get_node(name)
        with contextlib.suppress(self._error, AttributeError):  # a flag has none
            if hasattr(node, "symbolics"):
                return ", ".join(node.symbolics)
            step = getattr(node, "inc", 1)
            steps = f" in steps of {step:g}" if step > 1 else ""
            return f"{node.min:.12g} to {node.max:.12g}{steps}"
        return ""

    def execute(self, name: str) -> None:
        with _said_as_lost(self._name):
            self._nodes.get_node(name).execute()

    def ask(self, name: str) -> None:
        """Read a feature from the camera, not from what is remembered of it."""
        self._nodes.get_node(name).get_value(False, True)  # verify: no; ignore the cache: yes


class _Producers:
    """The producers that this process has opened: the standard lets a process open each of them once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[Path, tuple[Any, int]] = {}  # with how many users

    @contextlib.contextmanager
    def borrowed(self, producer: Path) -> Iterator[Any]:
        """Lend a producer for a moment."""
        library = self.borrow(producer)
        try:
            yield library
        finally:
            self.give_back(producer)

    def borrow(self, producer: Path) -> Any:  # noqa: ANN401 - untyped library
        """Lend a producer, with its list of cameras as it is now; to be given back.

        Raises:
            SourceError: If it cannot be loaded, or the library is absent.
        """
        try:
            from genicam.gentl import GenericException, GenTLProducer
            from harvesters.core import Harvester
        except ImportError as error:
            raise SourceError(*(library_fault(SourceKind.GENICAM) or (str(error), ""))) from error
        with self._lock:
            library, users = self._open.get(producer, (None, 0))
            if library is None:
                probe = GenTLProducer.create_producer()
                try:  # harvesters only logs that
                    probe.open(str(producer))
                    probe.close()
                except GenericException as error:
                    raise SourceError(
                        f"the GenTL producer {producer} cannot be loaded: {_words(error)}",
                        "Install the camera maker's software again, for this kind of computer.",
                    ) from error
                library = Harvester()
                library.add_file(str(producer))
                library.update()
            else:
                _look_again(library)
            self._open[producer] = library, users + 1
        return library

    def give_back(self, producer: Path) -> None:
        """Take a producer back; the last one closes it."""
        with self._lock:
            library, users = self._open.pop(producer)
            if users > 1:
                self._open[producer] = library, users - 1
            else:
                library.reset()


#: Of the process, as the producers' own state is.
_PRODUCERS = _Producers()


def _look_again(library: Any) -> None:  # noqa: ANN401 - untyped library
    """Renew a list of cameras while some of them are in use, which `Harvester.update` would close."""
    from harvesters.core import DeviceInfo

    infos = []
    for interface in library._ifaces:  # noqa: SLF001 - nothing public leads there
        interface.update_device_info_list(_LOOK_MS)
        infos += [DeviceInfo(module=info, parent=interface) for info in interface.device_info_list]
    library.device_info_list[:] = infos


@contextlib.contextmanager
def _said_as_lost(name: str) -> Iterator[None]:
    """Turn what the libraries raise into the loss of the camera."""
    from genicam import genapi, gentl

    try:
        yield
    except (genapi.GenericException, gentl.GenericException) as error:
        raise SourceLostError(f"{name} has been lost: {_words(error)}", LOST_ADVICE) from error


def _words(error: Exception) -> str:
    """Return what a library says, without where in its code it says it."""
    text = str(error).split(" : ", 1)[0].removeprefix("GenTL exception: ").split(" (Message from")[0]
    return text.strip().rstrip(".") or type(error).__name__


def _said(info: Any, name: str) -> str:  # noqa: ANN401 - untyped library
    value = info.property_dict.get(name)  # what a producer does not say is None
    return str(value) if value else ""


def _serial(info: Any) -> str:  # noqa: ANN401 - untyped library
    return _said(info, "serial_number") or _said(info, "id_")
