"""Pictures in an object store: an address in place of a path, with the part of a path's ways that reading needs.

The store is read through fsspec, an extra, imported when an address is read for the first time. Credentials come from
where the store's own tools look for them, never from an address.
"""

from __future__ import annotations

import functools
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit
from urllib.request import url2pathname

from inspector.domain.errors import FolderAwayError, PictureDeniedError, PictureError
from inspector.domain.memory import out_of_memory
from inspector.domain.secret import has_credentials
from inspector.pictures.content import Stamp
from inspector.pictures.limits import MAX_FILE_BYTES
from inspector.pictures.store_cache import shared_cache
from inspector.pictures.store_faults import away, is_denied, no_library, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+)://(?P<place>.*)", re.DOTALL)
_TAKEN_FOR_PATH = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):/(?P<place>[^/].*)", re.DOTALL)
_CONNECT_S, _READ_S, _TRIES, _CONNECTIONS = 10, 30, 3, 32
_PAGE = 1000
_S3 = frozenset({"s3", "s3a"})
#: They know no folders, and what is asked to make some might make a bucket.
_BUCKETS = _S3 | {"gs", "gcs", "abfs", "abfss", "az", "memory"}


@dataclass(frozen=True, slots=True, order=True)
class StorePath:
    """A folder of a store, or an object inside it; plain values, so that it can be sent to another machine.

    Args:
        root: The address of the folder that was named, without a slash at its end.
        inside: The path within it, with slashes; empty for the folder itself.
    """

    root: str
    inside: str = ""

    def __str__(self) -> str:
        return f"{self.root}/{self.inside}" if self.inside else self.root

    def __truediv__(self, name: str) -> Self:
        return type(self)(self.root, f"{self.inside}/{name}" if self.inside else name)

    @property
    def scheme(self) -> str:
        """The kind of store, as “s3”."""
        return self.root.partition("://")[0]

    @property
    def name(self) -> str:
        """The last part."""
        return str(self).rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """How the name ends, as “.png”; empty where it has none."""
        return PurePosixPath(self.name).suffix

    def absolute(self) -> Self:
        """An address is."""
        return self

    # --- asking -------------------------------------------------------------------------------------------------------

    def stamp(self) -> Stamp:
        """Return what the store says of the object.

        Raises:
            FolderAwayError: If the store does not answer, or the folder is gone.
            PictureError: If the object is gone, or may not be read.
        """
        files, base = _opened(self.root)
        try:
            return _stamp(files.info(_joined(base, self.inside)))
        except Exception as error:
            raise self._fault(error) from error

    def read(self) -> tuple[Stamp, bytes]:
        """Return what the store says of the object, from before it was read, and its content.

        Raises:
            FolderAwayError: If the store does not answer, or the folder is gone.
            PictureError: If the object is gone, may not be read, or is too large.
        """
        stamp = self.stamp()
        if stamp.size > MAX_FILE_BYTES:
            raise PictureError(
                f"the picture {self} has {stamp.size / 1e6:.0f} MB, more than {MAX_FILE_BYTES / 1e6:.0f} MB",
                "Scale it down first.",
            )
        cache = shared_cache()
        content = cache.get(str(self), stamp)
        if content is None:
            files, base = _opened(self.root)
            try:
                content = bytes(files.cat_file(_joined(base, self.inside)))
            except MemoryError as error:
                raise out_of_memory(f"the picture {self} could not be read") from error
            except Exception as error:
                raise self._fault(error) from error
            cache.put(str(self), stamp, content)
        return stamp, content

    def write(self, content: bytes) -> bytes:
        """Write the object, in place of an older one; return what the store has of it, read back.

        Raises:
            FolderAwayError: If the library for such addresses is missing.
            Exception: Whatever the library raises; `inspector.pictures.store_faults` has words for it.
        """
        files, base = _opened(self.root)
        path = _joined(base, self.inside)
        try:
            if self.scheme not in _BUCKETS:
                files.makedirs(path.rpartition("/")[0], exist_ok=True)
            files.pipe_file(path, content)
            return bytes(files.cat_file(path))
        except Exception:
            _opened.cache_clear()  # credentials and endpoint are looked for anew
            raise

    def check(self) -> None:
        """Make sure that the folder is there and may be read.

        Raises:
            FolderAwayError: If it is not.
        """
        if self.scheme in _S3:  # it has no folders, only what lies in them
            for _ in self.pages(most=1):
                return
            raise FolderAwayError(f"there is nothing in {self}", "Check the address.")
        files, base = _opened(self.root)
        try:
            files.info(_joined(base, self.inside))
        except Exception as error:
            raise _away(str(self), error) from error

    def pages(self, *, most: int = _PAGE) -> Iterator[list[tuple[str, Stamp | None]]]:
        """Iterate over what lies right in this folder, so many names at a time where the store pages.

        Yields:
            Names with what the store says of them; None for a folder.

        Raises:
            FolderAwayError: If the store does not answer, or there is no such bucket.
        """
        files, base = _opened(self.root)
        path = _joined(base, self.inside)
        try:
            if self.scheme in _S3:
                yield from _pages_of_s3(files, path, most)
            else:
                entries = files.ls(path, detail=True)
                yield [
                    (name, None if entry["type"] == "directory" else _stamp(entry))
                    for entry in entries
                    if (name := entry["name"].rstrip("/").rpartition("/")[2])
                ]
        except Exception as error:
            raise _away(str(self), error) from error

    # --- inside -------------------------------------------------------------------------------------------------------

    def _fault(self, error: Exception) -> PictureError:
        """Say whether it is the object's or the store's."""
        StorePath(self.root).check()
        what, _ = words_of(error)
        kind = PictureDeniedError if is_denied(error) else PictureError
        return kind(f"the picture {self} cannot be read: {what}", "Check that it exists and may be read.")


#: Where pictures are: a folder or file of this computer, or an address.
Place = Path | StorePath


def place_of(text: str) -> Place:
    """Return what somebody means who types a path or an address, as ``s3://bucket/folder``.

    Raises:
        PictureError: If an address holds credentials, or names no folder.
    """
    match = _ADDRESS.fullmatch(text.strip())
    if match is None:
        return Path(text)
    scheme, place = match["scheme"].lower(), match["place"].rstrip("/")
    if scheme == "file":
        return Path(url2pathname(urlsplit(text.strip()).path))
    if has_credentials(text):
        raise PictureError(
            f"{text.strip()} holds credentials, which would be kept with the results",
            "Name the address alone; the credentials belong where the store's tools look for them, as in the "
            "environment.",
        )
    if not place.strip("/"):
        raise PictureError(f"{text.strip()} names no folder", f"Name one, as {scheme}://bucket/folder.")
    return StorePath(f"{scheme}://{place}")


def is_address(text: str) -> bool:
    """Return whether a text is an address, not a path."""
    return isinstance(place_of(text), StorePath)


def address_in(path: Path) -> str:
    """Return the address that was taken for a path, which loses a slash; empty for a path, and where there is one."""
    match = _TAKEN_FOR_PATH.fullmatch(path.as_posix())
    return f"{match['scheme']}://{match['place']}" if match and not path.exists() else ""


@functools.lru_cache(maxsize=16)
def _opened(root: str) -> tuple[Any, str]:
    """Return the file system of an address, and the path in it."""
    scheme = root.partition("://")[0]
    options: dict[str, Any] = {"use_listings_cache": False, "skip_instance_cache": True}
    if scheme in _S3:
        options["config_kwargs"] = {
            "connect_timeout": _CONNECT_S,
            "read_timeout": _READ_S,
            "retries": {"max_attempts": _TRIES},
            "max_pool_connections": _CONNECTIONS,
        }
    try:
        import fsspec

        files, path = fsspec.core.url_to_fs(root, **options)
    except Exception as error:
        raise no_library(root, scheme, error) from error
    return files, str(path)


def _away(address: str, error: Exception) -> FolderAwayError:
    """Return that a store cannot be read; the next time credentials and endpoint are looked for anew."""
    _opened.cache_clear()
    return away(address, error)


def _joined(base: str, inside: str) -> str:
    return f"{base}/{inside}" if inside else base


def _pages_of_s3(files: Any, path: str, most: int) -> Iterator[list[tuple[str, Stamp | None]]]:  # noqa: ANN401 - without types
    bucket, _, key = path.partition("/")
    prefix = f"{key}/" if key else ""
    asked = {"Bucket": bucket, "Prefix": prefix, "Delimiter": "/", "MaxKeys": most}
    token: dict[str, str] = {}
    while True:
        page = files.call_s3("list_objects_v2", **asked, **token)
        names: list[tuple[str, Stamp | None]] = [
            (entry["Prefix"][len(prefix) :].rstrip("/"), None) for entry in page.get("CommonPrefixes", ())
        ]
        names += [(name, _stamp(entry)) for entry in page.get("Contents", ()) if (name := entry["Key"][len(prefix) :])]
        if names:
            yield names
        if not page.get("IsTruncated"):
            return
        token = {"ContinuationToken": page["NextContinuationToken"]}


def _stamp(said: Mapping[str, Any]) -> Stamp:
    """What a store says of an object; the version, as an ETag, stands in place of a file's ``ctime_ns``."""
    size = said.get("size", said.get("Size"))
    changed = next(
        (said[key] for key in ("LastModified", "last_modified", "mtime", "updated", "created") if said.get(key)), 0
    )
    if isinstance(changed, str):
        changed = datetime.fromisoformat(changed)
    if isinstance(changed, datetime):
        changed = changed.timestamp()
    etag = str(said.get("ETag") or said.get("etag") or "")
    return Stamp(-1 if size is None else int(size), round(changed * 1_000_000) * 1000, _version(etag))


def _version(etag: str) -> int | None:
    """A number for an ETag, of 62 bits, as a row has numbers there."""
    if not etag:
        return None
    return int.from_bytes(hashlib.blake2b(etag.encode(), digest_size=8).digest(), "big") >> 2
