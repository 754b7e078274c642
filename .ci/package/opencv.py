"""Builds OpenCV for a Linux package, from the sources of the installed release, with the modules that are used.

PyPI's wheel brings every module, Intel's IPP, OpenBLAS and FFmpeg with every codec: 156 MB of a package that may have
350. OpenCV's sources are those of opencv-python's source distribution; FFmpeg is the distribution's, from its source
package, with the decoders, containers and protocols that cameras and videos use. The result is kept in
``build/opencv``; `python .ci/package/opencv.py` prints where.
"""

# ruff: noqa: SIM905 - long lists read better as text

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_WHEEL = "opencv-python-headless"
_TOOLS = ("cc", "c++", "make", "cmake", "ninja", "nasm", "pkg-config", "apt-get", "dpkg-source")
_NEEDED = "build-essential dpkg-dev cmake ninja-build nasm pkg-config libssl-dev libdav1d-dev zlib1g-dev"
_OR = ". Or take PyPI's OpenCV: python .ci/package/build.py --opencv wheel"
_CMAKE = """
    CMAKE_BUILD_TYPE=Release BUILD_LIST=core,imgproc,imgcodecs,videoio,python3 BUILD_SHARED_LIBS=OFF BUILD_TESTS=OFF
    BUILD_PERF_TESTS=OFF BUILD_DOCS=OFF BUILD_opencv_apps=OFF BUILD_JAVA=OFF PYTHON3_LIMITED_API=ON
    OPENCV_PYTHON3_INSTALL_PATH=python INSTALL_CREATE_DISTRIB=ON OPENCV_FFMPEG_ENABLE_LIBAVDEVICE=OFF WITH_FFMPEG=ON
    WITH_V4L=ON WITH_GSTREAMER=OFF WITH_IPP=OFF WITH_LAPACK=OFF WITH_OPENCL=OFF WITH_AVIF=OFF WITH_OPENEXR=OFF
    WITH_OPENJPEG=OFF WITH_JASPER=OFF WITH_PROTOBUF=OFF WITH_FLATBUFFERS=OFF WITH_ITT=OFF WITH_QT=OFF WITH_GTK=OFF
    WITH_VA=OFF WITH_OBSENSOR=OFF WITH_1394=OFF BUILD_JPEG=ON BUILD_PNG=ON BUILD_TIFF=ON BUILD_WEBP=ON BUILD_ZLIB=ON
""".split()
#: LGPL parts only. What is opened: the streams and files of `inspector/sources/factory.py`; TLS is the system's
#: OpenSSL, AV1 its dav1d, which PyInstaller collects. Encoders and muxers: for `cv2.VideoWriter` in tests.
_FFMPEG = """
    --enable-pic --enable-static --disable-shared --disable-autodetect --disable-programs --disable-doc --disable-debug
    --disable-avdevice --disable-avfilter --disable-postproc --disable-everything --enable-network
    --enable-openssl --enable-libdav1d --enable-zlib
""".split()
_FFMPEG_PARTS = {
    "protocol": "file http https rtmp rtmps rtp srtp tcp tls udp",
    "demuxer": "asf av1 avi flv h264 hevc hls image2 ivf m4v matroska mjpeg mov mpegps mpegts mpegvideo mpjpeg rtp "
    "rtsp sdp",
    "decoder": "ffv1 h263 h264 hevc huffyuv libdav1d mjpeg mpeg1video mpeg2video mpeg4 msmpeg4v2 msmpeg4v3 png prores "
    "rawvideo vc1 vp8 vp9 wmv1 wmv2 wmv3",
    "parser": "av1 h263 h264 hevc mjpeg mpeg4video mpegvideo vc1 vp8 vp9",
    "bsf": "h264_mp4toannexb hevc_mp4toannexb mpeg4_unpack_bframes vp9_superframe_split",
    "encoder": "ffv1 mjpeg mpeg4 rawvideo",
    "muxer": "avi matroska mov mp4",
}


def build() -> Path:
    """Return the folder that holds ``cv2``, to stand before the installed one; builds it where it is not there yet.

    Raises:
        SystemExit: If a tool is missing, or a step fails.
    """
    version = importlib.metadata.version(_WHEEL)
    recipe = "|".join([version, platform.python_version(), platform.machine(), *_CMAKE, *_FFMPEG, str(_FFMPEG_PARTS)])
    place = ROOT / "build" / "opencv" / f"{version}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    if (place / "cv2" / "__init__.py").is_file() and (place / "ffmpeg-version").is_file():
        return place
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        sys.exit(
            f"package: {', '.join(missing)} missing, to build OpenCV from its sources; apt-get install {_NEEDED}{_OR}"
        )
    print(f"OpenCV {version} is built from its sources, once: some minutes", flush=True)
    work = place.with_name(place.name + ".work")  # stays where a step fails, so that the next try is quick
    work.mkdir(parents=True, exist_ok=True)
    found = _opencv(work, version, _ffmpeg(work))
    partial = work / "finished"
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(found, partial / "cv2")
    source = next(path for path in (work / "fetched").iterdir() if path.name.startswith("ffmpeg-") and path.is_dir())
    shutil.copy(source / "LICENSE.md", partial / "ffmpeg-licence.md")
    shutil.copy(source / "RELEASE", partial / "ffmpeg-version")
    shutil.rmtree(place, ignore_errors=True)  # of a build that kept no licence
    partial.replace(place)
    shutil.rmtree(work)
    return place


def _ffmpeg(work: Path) -> Path:
    """Build FFmpeg's libraries; return the folder of their pkg-config files."""
    out = work / "ffmpeg"
    if (out / "lib" / "libavformat.a").is_file():
        return out / "lib" / "pkgconfig"
    source = _ffmpeg_source(work)
    parts = [f"--enable-{kind}={','.join(names.split())}" for kind, names in _FFMPEG_PARTS.items()]
    _run(["./configure", f"--prefix={out}", *_FFMPEG, *parts], source, work / "ffmpeg.log")
    made = (source / "config_components.h").read_text(encoding="utf-8")
    left_out = [  # what lacks something that it needs, configure leaves out without a word
        f"{kind} {name}"
        for kind, names in _FFMPEG_PARTS.items()
        for name in names.split()
        if f"CONFIG_{name.upper()}_{kind.upper()} 1" not in made
    ]
    if left_out:
        sys.exit(f"package: FFmpeg would be built without {', '.join(left_out)}; see {work / 'ffmpeg.log'}")
    _run(["make", f"-j{os.cpu_count() or 1}", "install"], source, work / "ffmpeg.log")
    return out / "lib" / "pkgconfig"


def _ffmpeg_source(work: Path) -> Path:
    """Fetch the distribution's source package, through a list of its own, so that the system's stay as they are."""
    system = platform.freedesktop_os_release()
    debian = system["ID"] == "debian"
    if not debian and system["ID"] != "ubuntu":
        sys.exit(
            f"package: OpenCV is built on Debian or Ubuntu, this is {system.get('PRETTY_NAME', system['ID'])}{_OR}"
        )
    server = "http://deb.debian.org/debian" if debian else "http://archive.ubuntu.com/ubuntu"
    keys = f"/usr/share/keyrings/{system['ID']}-archive-keyring.gpg"
    areas = "main" if debian else "main universe"
    listed = work / "source.list"
    listed.write_text(f"deb-src [signed-by={keys}] {server} {system['VERSION_CODENAME']} {areas}\n", encoding="ascii")
    for name in ("lists/partial", "cache/archives/partial", "fetched"):
        shutil.rmtree(work / name, ignore_errors=True)
        (work / name).mkdir(parents=True)
    options = {
        "Dir::Etc::sourcelist": listed,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": work / "lists",
        "Dir::Cache": work / "cache",
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]
    _run([*apt, "update"], work, work / "apt.log")
    _run([*apt, "source", "ffmpeg"], work / "fetched", work / "apt.log")
    return next(path for path in (work / "fetched").iterdir() if path.is_dir())


def _opencv(work: Path, version: str, ffmpeg: Path) -> Path:
    """Build the package ``cv2`` and return its folder."""
    log, sources = work / "opencv.log", work / "sources"
    if not sources.is_dir():
        pip = [sys.executable, "-m", "pip", "download", f"{_WHEEL}=={version}", "--no-binary", _WHEEL, "--no-deps"]
        _run([*pip, "-d", work / "fetched"], work, log)
        with tarfile.open(next((work / "fetched").glob("*.tar.gz"))) as archive:
            archive.extractall(work / "sources.part", filter="data")
        (work / "sources.part").replace(sources)
    source, built, out = next(sources.glob("*/opencv")), work / "built", work / "out"
    python = sysconfig.get_config_vars()
    chosen = [
        *_CMAKE,
        f"CMAKE_INSTALL_PREFIX={out}",
        f"PYTHON3_EXECUTABLE={sys.executable}",
        f"PYTHON3_INCLUDE_DIR={sysconfig.get_path('include')}",
        f"PYTHON3_LIBRARY={Path(python['LIBDIR']) / python['LDLIBRARY']}",
    ]
    environment = {**os.environ, "PKG_CONFIG_PATH": str(ffmpeg)}
    options = [f"-D{one}" for one in chosen]
    said = _run(["cmake", "-G", "Ninja", "-S", source, "-B", built, *options], work, log, environment)
    for line, wanted in (("To be built:", "python3"), ("FFMPEG:", "YES")):
        value = next((one.partition(line)[2] for one in said.splitlines() if line in one), "")
        if wanted not in value:
            sys.exit(f"package: OpenCV would be built with “{line}{value}”; see {log}")
    _run(["cmake", "--build", built, "--target", "install"], work, log, environment)
    return out / "python" / "cv2"  # the licences come along with the installed release's metadata


def _run(command: list[str | Path], where: Path, log: Path, environment: dict[str, str] | None = None) -> str:
    """Run a step; return what it said, which is added to the log, too."""
    done = subprocess.run(
        command, cwd=where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, check=False
    )
    said = done.stdout.decode(errors="replace")
    with log.open("a", encoding="utf-8") as file:
        file.write(said)
    if done.returncode != 0:
        last = "\n".join(said.splitlines()[-40:])
        sys.exit(f"{last}\npackage: {' '.join(str(one) for one in command[:4])} … ended with code {done.returncode}")
    return said


if __name__ == "__main__":
    print(build())
