"""What an exception of Python or of the operating system means, in plain words: the one place that turns one into text.

The codes and the exceptions' own texts (“[Errno 2] No such file or directory: …”) are for programmers; what a person
reads says what is so, and whoever raises says what to do next.
"""

from __future__ import annotations

import errno
import socket
import sys

from inspector.domain.errors import InspectorError

#: By errno; they follow “… cannot be read: ”. Windows' own codes come as one of these.
_WORDS = {
    errno.ENOENT: "it is not there",
    errno.ENOTDIR: "a part of its path is a file, not a folder",
    errno.EISDIR: "it is a folder",
    errno.EEXIST: "something of that name is there already",
    errno.ENOTEMPTY: "the folder is not empty",
    errno.EACCES: "this user may not" + (", or another program has it open" if sys.platform == "win32" else ""),
    errno.EPERM: "this user may not",
    errno.EROFS: "its disk can only be read",
    errno.ENOSPC: "the disk is full",
    errno.EFBIG: "it is larger than the disk takes",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EINVAL: "its name or place cannot be used",
    errno.EILSEQ: "its name cannot be used",
    errno.ELOOP: "its links lead in a circle",
    errno.EBUSY: "another program is using it",
    errno.EIO: "the disk, or the connection to it, failed",
    errno.ENODEV: "the device is not there any more",
    errno.ENXIO: "the device is not there any more",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
    errno.ENOMEM: "there is not enough memory",
    errno.ENOEXEC: "it is no program for this computer",
    errno.EPIPE: "the other side has closed the connection",
    errno.EADDRINUSE: "address already in use",  # the system's own words, without where: sockets add it
    errno.EADDRNOTAVAIL: "this computer has no such address",
    errno.ECONNREFUSED: "the other side takes no connection",
    errno.ECONNRESET: "the other side has closed the connection",
    errno.ETIMEDOUT: "there was no answer in time",
    errno.EHOSTUNREACH: "the network does not reach it",
    errno.ENETUNREACH: "the network does not reach it",
} | {
    getattr(errno, name): words
    for name, words in (  # not on every system
        ("EDQUOT", "this user's share of the disk is used up"),
        ("ESTALE", "the network share is gone, or was renewed"),
        ("ETXTBSY", "another program is using it"),
        ("EHOSTDOWN", "the network does not reach it"),
    )
    if hasattr(errno, name)
}
#: Its codes are others' on some systems.
_UNKNOWN_NAME = "no network that this computer is in knows its name"


def cause_of(error: BaseException) -> str:
    """Return why something failed, as words that follow a colon; without code, path or full stop."""
    if isinstance(error, InspectorError):
        return error.what
    if isinstance(error, OSError) and error.errno is not None:
        said = (error.strerror or "").strip().rstrip(".")
        known = _UNKNOWN_NAME if isinstance(error, socket.gaierror) else _WORDS.get(error.errno)
        return known or said[:1].lower() + said[1:] or "the operating system refuses it"
    if isinstance(error, UnicodeDecodeError):
        return f"it is no text in UTF-8 (byte {error.start:,})"
    if isinstance(error, UnicodeEncodeError):
        return "its name holds a sign that cannot be written"
    if isinstance(error, KeyError):
        return f"{error.args[0] if error.args else 'a value'} is missing"
    return str(error).strip().rstrip(".") or type(error).__name__
