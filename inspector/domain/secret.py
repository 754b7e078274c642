"""What must not be shown in an address: passwords, tokens and keys, wherever they stand in it.

One redactor for everything that is shown, recorded, printed or logged. An address is read generously, as a hand writes
it: a password may hold any character, also those that end a password by the rules (RFC 3986). Where it cannot be said
whether a piece is secret, it is hidden.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

#: Stands in place of a secret; a number behind it tells two addresses apart that differ in their secrets only.
MASK = "***"
#: A password of fewer characters is guessed.
LEAST_PASSWORD = 10
MOST_PASSWORD = 256
_MASKED = re.compile(r"\*{3}\d{0,3}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE)
#: An address inside a text ends at a space or a quotation mark; an address of a source holds neither.
_ADDRESS = re.compile(_SCHEME.pattern + r"[^\s\"“”]+", re.IGNORECASE)
_BARE = re.compile(r"([^\s:@/\\]+):(?![\\/])(.+)@(?=[\w.\[-]+)")
_AFTER = ".,;:!?)]}'’…"
_KEY = (
    r"[\w.-]*(?:pas|pwd|psw|secret|token|key(?!frame|int)|auth|sig(?:nature)?(?![a-z])|cred|session|jwt|bearer|code(?!c)|"
    r"hash|ticket|nonce)[\w.-]*|pw|sid"
)
_QUERY = re.compile(rf"(?P<before>[/?&;#_](?:{_KEY})=)(?P<value>[^&\s]*)", re.IGNORECASE)
#: What cameras call their streams: no secret, however it looks.
_STREAM = re.compile(
    r"(?:(?:main|sub|low|high|live|cam|camera|ch|channel|stream|video|media|profile|preview|track|onvif|index|playlist|"
    r"h26[45]|mpeg4|mjpe?g|hd|sd|av)(?:s|ing)?[\W\d_]*)+(?:\.\w{2,5})?",
    re.IGNORECASE,
)
#: What follows these in a path is often the only secret of an address.
_BEFORE_SECRET = frozenset(
    {"live", "live2", "token", "key", "auth", "secret", "session", "hls", "play", "publish", "rtmp"}
)
_HOST_AFTER = re.compile(r"[\w-]+(?:\.[\w-]+)+|\[[0-9a-f:.]+\]|[\w-]+(?=[:/])|localhost\b", re.IGNORECASE)
_HOST_BEFORE = re.compile(
    r"(?:\d+(?:\.\d+){3}|\[[0-9a-f:.]+\]|localhost)(?::\d{1,5})?|[\w-]+(?:\.[\w-]+)+", re.IGNORECASE
)
#: Addresses of object stores: buckets, containers and folders are called as people like, and are no secrets.
_STORES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "memory", "oci", "oss", "hdfs", "webhdfs"})
_SHORTEST_TOKEN = 8
_LONG = 20


@dataclass(frozen=True, slots=True)
class _Address:
    """The pieces of an address; joined they are it again."""

    scheme: str
    user: str | None
    password: str | None
    place: str

    @staticmethod
    def of(text: str) -> _Address:
        scheme = _SCHEME.match(text)
        start = scheme.end() if scheme else 0
        rest = text[start:]
        at = _end_of_userinfo(rest)
        if at < 0:
            return _Address(text[:start], None, None, rest)
        user, colon, password = rest[:at].partition(":")
        return _Address(text[:start], user, password if colon else None, rest[at + 1 :])

    def __str__(self) -> str:
        if self.user is None:
            return f"{self.scheme}{self.place}"
        return f"{self.scheme}{self.user}{'' if self.password is None else ':' + self.password}@{self.place}"


def redacted(text: str, *, users: bool = True) -> str:
    """Return any text with the secrets of every address in it replaced by ``***``; what is so already stays.

    Args:
        text: A message, a traceback, a line of a log, JSON.
        users: Keep the names of users; those alone, without a password, may be a token and are hidden all the same.
    """
    if "://" not in text:
        return text

    def clean(match: re.Match[str]) -> str:
        address = match[0].rstrip(_AFTER)
        return masked(address, users=users) + match[0][len(address) :]

    return _ADDRESS.sub(clean, text)


def masked(address: str, *, users: bool = True) -> str:
    """Return one address, which is the whole text, with its secrets replaced by ``***``; see `redacted`.

    Of ``user:password@host`` without a scheme, as one forgets it, the password is hidden too.
    """
    if not _SCHEME.match(address):
        return _BARE.sub(lambda match: f"{match[1]}:{MASK}@", address, count=1)
    parts = _Address.of(address)
    user, password = parts.user, parts.password
    store = parts.scheme.lower().removesuffix("://") in _STORES
    if user is not None:
        only = password is None
        user = _hidden(user) if only and not store else user if users or only else ""
        password = None if only else _hidden(password or "")
        if not users and not only:
            user, password = password, None
    place = _QUERY.sub(lambda match: match["before"] + _hidden(match["value"]), parts.place)
    return str(_Address(parts.scheme, user, password, place if store else _without_tokens(place, parts.scheme)))


def has_secret(address: str) -> bool:
    """Return whether something of an address is hidden by `masked`."""
    return masked(address) != address


def has_credentials(address: str) -> bool:
    """Return whether an address holds a password, or a key or token among its parameters."""
    parts = _Address.of(address)
    return parts.password is not None or _QUERY.search(parts.place) is not None


def is_bare_address(text: str) -> bool:
    """Return whether a text is ``user:password@host``, an address without its scheme."""
    return bool(_BARE.match(text))


def is_masked(address: str) -> bool:
    """Return whether an address has a place for a secret that it does not hold."""
    return bool(_SCHEME.match(address)) and MASK in address


def with_mark(text: str, number: int) -> str:
    """Return a masked address with a number at its first mask; 1 is no number."""
    return _MASKED.sub(MASK if number == 1 else f"{MASK}{number}", text, count=1)


def masks_in(text: str) -> int:
    """Return how many secrets a masked address lacks."""
    return len(_MASKED.findall(text))


def filled(text: str, secrets: list[str]) -> str:
    """Return a masked address with its secrets, in their order; what ends an address is percent-encoded in them."""
    left = iter(re.sub(r"[\s\"“”]", lambda match: quote(match[0]), secret) for secret in secrets)
    return _MASKED.sub(lambda match: next(left, match[0]), text)


def password_differs_only(first: str, other: str) -> bool:
    """Return whether two addresses are the same but for the password: the same camera, whose password was changed."""
    return _Address.of(first).place == _Address.of(other).place


def as_url(address: str) -> str:
    """Return an address as a program reads it: what a user or a password may not hold is percent-encoded."""
    parts = _Address.of(address)
    if parts.user is None:
        return address
    password = None if parts.password is None else _encoded(parts.password)
    return str(_Address(parts.scheme, _encoded(parts.user), password, parts.place))


# --- inside -----------------------------------------------------------------------------------------------------------


def _end_of_userinfo(rest: str) -> int:
    """Return where the ``@`` before the host stands; -1 where there is none, as in ``cam:554/a@b``."""
    head = re.split(r"[/?#]", rest, maxsplit=1)[0]
    last = rest.rfind("@")
    if last < 0 or "@" in head:
        return last
    after = rest[last + 1 :]
    if not _HOST_AFTER.match(after):
        return -1
    return -1 if _HOST_BEFORE.fullmatch(head) else last


def _hidden(piece: str) -> str:
    return piece if not piece or _MASKED.fullmatch(piece) else MASK


def _without_tokens(place: str, scheme: str) -> str:
    """Hide what looks like a token in the path; query and fragment stay as they are."""
    path, mark, query = re.match(r"([^?#]*)([?#]?)(.*)", place, re.DOTALL).groups()  # type: ignore[union-attr]
    host, *segments = path.split("/")
    before = ""
    for number, segment in enumerate(segments):
        is_key = before.lower() in _BEFORE_SECRET or (
            scheme.lower().startswith("rtmp") and number == len(segments) - 1 > 0
        )
        if _is_token(segment, likely=is_key):
            segments[number] = _hidden(segment)
        before = segment
    return "/".join([host, *segments]) + mark + query


def _is_token(segment: str, *, likely: bool) -> bool:
    if "=" in segment or _STREAM.fullmatch(segment):
        return False
    stem, dot, suffix = segment.rpartition(".")
    word = stem if dot and len(suffix) <= 5 else segment
    if len(word) < (4 if likely else _SHORTEST_TOKEN):
        return False
    if likely or re.search(r"\w(?:secret|token|passw)|(?:secret|token|passw(?:or)?d?)\w", word, re.IGNORECASE):
        return True
    if not re.fullmatch(r"[\w~%+=-]+", word):
        return False
    letters, digits = re.sub(r"[\W\d_]", "", word), re.sub(r"\D", "", word)
    turns = len(re.findall(r"(?<=\d)[A-Za-z]|(?<=[A-Za-z])\d", word))
    return bool(
        (letters.isupper() and len(letters) >= _SHORTEST_TOKEN)
        or (letters and len(digits) >= 2 and turns >= 3)
        or re.fullmatch(r"[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f-]{20,}", word, re.IGNORECASE)
        or len(word) >= _LONG
    )


def _encoded(piece: str) -> str:
    return "".join(
        text if re.fullmatch(r"%[0-9a-f]{2}", text, re.IGNORECASE) else quote(text, safe="!$&'()*+,;=:~")
        for text in re.split(r"(%[0-9a-fA-F]{2})", piece)
    )


def checked_password(password: str) -> str:
    """Return a password that is not guessed at once; none, and what stands for one that is kept, are well too.

    Raises:
        ValueError: If it is too short or too long, or was typed behind that.
    """
    if password.startswith(MASK) and password != MASK:
        msg = f"type the whole password anew, without {MASK}"
        raise ValueError(msg)
    if password not in {"", MASK} and len(password) < LEAST_PASSWORD:
        msg = f"the password has {len(password)} characters; {LEAST_PASSWORD} are the least"
        raise ValueError(msg)
    if len(password) > MOST_PASSWORD:
        msg = f"the password has {len(password)} characters; {MOST_PASSWORD} are the most"
        raise ValueError(msg)
    return password
