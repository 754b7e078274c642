"""What goes wrong at an object store, as sentences: what is a picture's own fault, and what is the store's."""

from __future__ import annotations

import asyncio
import sys

from inspector.domain.causes import cause_of
from inspector.domain.errors import FolderAwayError

#: Errors of S3 by code, and what to do.
_CODES = {
    "NoSuchBucket": ("there is no such bucket", "Check the address, or make the bucket."),
    "AccessDenied": (
        "this account may not",
        "Give it the right to list the bucket and read its objects.",
    ),
    "403": ("this account may not", "Give it the right to list the bucket and read its objects."),
    "InvalidAccessKeyId": ("the store does not know this access key", "Correct the key in its usual place."),
    "SignatureDoesNotMatch": ("the secret key does not belong to the access key", "Correct it in its usual place."),
    "ExpiredToken": ("the credentials have expired", "Renew them."),
    "InvalidToken": ("the session's token is not valid", "Renew the credentials."),
    "RequestTimeTooSkewed": ("this computer's clock is wrong", "Set the clock."),
    "SlowDown": ("the store has too much to do", "Go on later."),
    "ServiceUnavailable": ("the store does not work at the moment", "Go on later."),
    "InternalError": ("the store does not work at the moment", "Go on later."),
    "QuotaExceeded": ("the store is full", "Free space there."),
    "XMinioStorageFull": ("the store is full", "Free space there."),
    "PermanentRedirect": ("the bucket is in another region", "Set AWS_DEFAULT_REGION to its region."),
    "IllegalLocationConstraintException": ("the bucket is in another region", "Set AWS_DEFAULT_REGION to its region."),
    "InvalidBucketName": ("a bucket cannot be called so", "Check the address."),
}
#: Errors of the libraries by the class's name, as these are imported by the store that is used only.
_CLASSES = {
    "NoCredentialsError": ("no credentials were found", "Put them where the store's tools look for them."),
    "PartialCredentialsError": ("half of the credentials is missing", "Give key and secret."),
    "ProfileNotFound": ("there is no such profile of credentials", "Check AWS_PROFILE."),
    "TokenRetrievalError": ("the credentials have expired", "Log in anew."),
    "SSOTokenLoadError": ("the credentials have expired", "Log in anew."),
    "NoRegionError": ("no region is set", "Set AWS_DEFAULT_REGION."),
    "SSLError": ("its certificate is not trusted", "Give the authority's certificate, as in AWS_CA_BUNDLE."),
    "ClientConnectorCertificateError": ("its certificate is not trusted", "Give the authority's certificate."),
    "InvalidRegionError": ("a region cannot be called so", "Correct AWS_DEFAULT_REGION."),
    "ParamValidationError": ("its name cannot be used", "Check the address."),
}
_SILENT = (
    TimeoutError,
    asyncio.TimeoutError,
)
_NO_ANSWER = frozenset(
    {
        "EndpointConnectionError",
        "ConnectTimeoutError",
        "ReadTimeoutError",
        "FSTimeoutError",
        "ConnectionClosedError",
        "HTTPClientError",
        "ClientConnectorError",
        "ClientConnectorDNSError",
        "ServerDisconnectedError",
        "ServerTimeoutError",
        "ClientPayloadError",
        "ProxyConnectionError",
        "IncompleteRead",
    }
)
_INSTALL = {"s3": '"inspector-station[objects]"', "s3a": '"inspector-station[objects]"', "gs": "gcsfs", "gcs": "gcsfs"}
_INSTALL |= dict.fromkeys(("abfs", "abfss", "az", "adl"), "adlfs")


def words_of(error: BaseException) -> tuple[str, str]:
    """Return why a store could not be asked, as words that follow a colon, and what to do next."""
    for link in _chain(error):
        response = getattr(link, "response", None)
        code = response.get("Error", {}).get("Code", "") if isinstance(response, dict) else ""
        known = _CODES.get(str(code)) or _CLASSES.get(type(link).__name__)
        if known:
            return known
    for link in _chain(error):
        if isinstance(link, _SILENT) or type(link).__name__ in _NO_ANSWER or isinstance(link, ConnectionError):
            return "it does not answer", "Check the network and the store's address, then go on."
    if isinstance(error, PermissionError):
        return _CODES["AccessDenied"]
    if isinstance(error, FileNotFoundError):
        return "it is not there", "Check the address."
    return cause_of(error), "Check the address, and what the store says of it."


def is_denied(error: BaseException) -> bool:
    """Return whether a store refused one object, which may be that object's alone."""
    return isinstance(error, PermissionError)


def away(root: str, error: BaseException) -> FolderAwayError:
    """Return that a folder of a store cannot be read."""
    what, next_step = words_of(error)
    return FolderAwayError(f"{root} cannot be read: {what}", next_step)


def no_library(root: str, scheme: str, error: Exception) -> FolderAwayError:
    """Return that the library for a kind of store is missing, or that nobody knows it."""
    if isinstance(error, ImportError) and getattr(sys, "frozen", False):
        return FolderAwayError(
            f"{root} cannot be read: the packaged program has no library for object stores",
            "Mount the store as a folder, or install the program by pip with its extra “objects”.",
        )
    if isinstance(error, ImportError):
        package = _INSTALL.get(scheme) or _named(error)
        fsspec = error.name == "fsspec"
        wanted = '"inspector-station[objects]"' if fsspec and package.startswith('"') else package
        wanted = f'"inspector-station[objects]" {wanted}' if fsspec and not wanted.startswith('"') else wanted
        return FolderAwayError(
            f"{root} cannot be read: the library for {scheme}:// is not installed", f"Install it: pip install {wanted}"
        )
    if "not known" in str(error):
        return FolderAwayError(f"nobody knows how to read {scheme}:// addresses", "Take s3://, gs:// or abfs://.")
    return away(root, error)


def _named(error: ImportError) -> str:
    """The package that a library's own text names, as “Install s3fs to access S3”."""
    words = str(error).replace("`", "").split()
    place = next((place for place, word in enumerate(words) if word.lower() in {"install", '"install'}), None)
    return words[place + 1] if place is not None and place + 1 < len(words) else "what it names"


def _chain(error: BaseException | None) -> list[BaseException]:
    links: list[BaseException] = []
    while error is not None and error not in links and len(links) < 8:
        links.append(error)
        error = error.__cause__ or error.__context__
    return links
