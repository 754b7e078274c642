"""The certificates by which the members of a cluster know one another: three PEM files of one folder."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from inspector.cluster.faults import ClusterError
from inspector.domain.causes import cause_of

AUTHORITY, CERTIFICATE, KEY = "ca.pem", "cert.pem", "key.pem"


@dataclass(frozen=True, slots=True)
class Certificates:
    """The plant's authority, and a certificate of it with its key. Both sides of every connection show one.

    Args:
        folder: Holds ``ca.pem``, ``cert.pem`` and ``key.pem``; the key has no pass phrase.
    """

    folder: Path

    @classmethod
    def of(cls, folder: str | Path | None) -> Certificates | None:
        """Return those of a folder as it was typed; None where none was."""
        return cls(Path(folder).expanduser().absolute()) if folder else None

    @property
    def paths(self) -> tuple[str, str, str]:
        """Of the authority, the certificate and the key."""
        authority, certificate, key = (str(self.folder / name) for name in (AUTHORITY, CERTIFICATE, KEY))
        return authority, certificate, key

    def context(self) -> ssl.SSLContext:
        """Return what a connection to another member is encrypted by; the name in its certificate does not matter.

        Raises:
            ClusterError: If a file is not there, or holds something else.
        """
        authority, certificate, key = self.paths
        for path in self.paths:
            try:
                with open(path, "rb"):  # noqa: PTH123 - a text
                    pass
            except OSError as error:
                raise ClusterError(
                    f"the cluster's certificate file {path} cannot be read: {cause_of(error)}",
                    f"Its folder needs {AUTHORITY}, {CERTIFICATE} and {KEY}.",
                ) from error
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        try:
            at = authority
            context.load_verify_locations(authority)
            at = f"{certificate} with {key}"
            context.load_cert_chain(certificate, key, password=_no_pass_phrase)
        except (ssl.SSLError, ValueError) as error:
            raise ClusterError(
                f"{at} cannot be used as certificate: {_words(error)}",
                f"{AUTHORITY} is the authority's certificate, {CERTIFICATE} one that it has signed, {KEY} the key of "
                "this one, without a pass phrase, all as PEM.",
            ) from error
        return context


def _no_pass_phrase() -> str:
    msg = "the key has a pass phrase"
    raise ValueError(msg)


def _words(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    return str(reason).replace("_", " ").lower() if reason else str(error) or "it is no PEM"
