"""OPC UA with certificates: a server that lets nobody else in, and a client that talks to nobody else."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from asyncua import Client, Server, ua
from asyncua.crypto import uacrypto
from asyncua.crypto.permission_rules import SimpleRoleRuleset, User, UserRole
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256, SecurityPolicyFactory
from asyncua.server.internal_server import InternalServer

from inspector.line.adapters import LineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncua.crypto.security_policies import SecurityPolicy
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

    from inspector.line.opcua_access import OpcUaAccess

_ENCRYPTED = ua.MessageSecurityMode.SignAndEncrypt
_URI = "urn:inspector-station"
#: Requests that change something; others may be of somebody who only looks.
_ACTS = (
    ua.NodeId(ua.ObjectIds.WriteRequest_Encoding_DefaultBinary),
    ua.NodeId(ua.ObjectIds.CallRequest_Encoding_DefaultBinary),
)


def _nothing(*, acts: bool) -> None:
    """Nobody is told."""


def guarded_server(access: OpcUaAccess | None) -> Server:
    """Return a server with accounts; `secure_server` must follow its ``init``.

    Args:
        access: Who is let in; None lets in everybody, in the clear.
    """
    return Server(iserver=_Sessions(user_manager=_Users(access)))


async def secure_server(
    server: Server, access: OpcUaAccess | None, asked: Callable[..., None] = _nothing, *, uri: str = _URI
) -> None:
    """Say who is let in. Without a trusted certificate no encrypted channel opens; without one nobody logs in.

    Args:
        server: Of `guarded_server`.
        access: None where `guarded_server` lets in everybody.
        asked: Called before each request is answered that may be, with ``acts``: whether it writes or calls.
        uri: Its name where there is no certificate to tell it.

    Raises:
        LineError: If key and certificate are no pair.
    """
    rules = _Rules(asked)
    await server.set_application_uri(access.uri if access else uri)
    if access is None:
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity], rules)
        server.set_identity_tokens([ua.AnonymousIdentityToken])
        return
    try:
        await server.load_certificate(access.certificate)
        await server.load_private_key(access.key)
    except (OSError, ValueError, TypeError) as error:
        raise LineError(f"{access.key} is no private key without a pass phrase", "Name one in PEM form.") from error
    certificate, key = server.iserver.certificate, server.iserver.private_key
    if certificate is None or key is None or certificate.public_key() != key.public_key():
        raise LineError(f"{access.key} is not the key of {access.certificate}", "Put both from one pair there.")
    server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt], rules)
    server.set_identity_tokens([ua.UserNameIdentityToken])
    # before the library's own, which opens a channel to any certificate; there is no public way
    server._policies.append(_TrustedOnly(access, certificate, key, rules))  # noqa: SLF001


async def secure_client(client: Client, access: OpcUaAccess, endpoints: list[ua.EndpointDescription]) -> None:
    """Have a client talk to a trusted server only, encrypted and with user and password; it connects afterwards.

    Args:
        endpoints: What the server says of itself, in the clear.

    Raises:
        LineError: If the server's certificate is not trusted here.
        UaError: If it offers no encrypted endpoint of the kind.
    """
    client.application_uri = access.uri
    client.set_user(access.user)
    client.set_password(access.password)
    endpoint = Client.find_endpoint(endpoints, _ENCRYPTED, SecurityPolicyBasic256Sha256.URI)
    known = access.trusted_of(endpoint.ServerCertificate)
    if known is None:
        where = f"{client.server_url.hostname}:{client.server_url.port}"
        raise LineError(f"the certificate of {where} is not trusted here", "Put it into the folder “trusted”.")
    await client.set_security(
        SecurityPolicyBasic256Sha256,
        access.certificate,
        access.key,
        server_certificate=uacrypto.CertProperties(known, "der"),
        mode=_ENCRYPTED,
    )


class _Sessions(InternalServer):
    """A session stays with its channel: its number alone, which can be guessed, gives nobody a way in."""

    def lookup_external_session(self, auth_token: ua.NodeId) -> None:  # noqa: ARG002 - the library's signature
        return None


class _Users:
    """Who may activate a session."""

    def __init__(self, access: OpcUaAccess | None) -> None:
        self._access = access

    def get_user(
        self,
        iserver: InternalServer,  # noqa: ARG002 - the library's signature
        username: str | None = None,
        password: str | None = None,
        certificate: bytes | None = None,
    ) -> User | None:
        access = self._access
        if access is None:
            return User(role=UserRole.User)
        same = hmac.compare_digest(
            f"{username}:{password}".encode(errors="replace"), f"{access.user}:{access.password}".encode()
        )
        return User(role=UserRole.User, name=access.user) if same and access.trusted_of(certificate) else None


class _Rules(SimpleRoleRuleset):
    """What users may do, which excludes changing the nodes; says when something is asked that may be.

    Args:
        asked: Called before the request is answered, with whether it writes or calls.
    """

    def __init__(self, asked: Callable[..., None]) -> None:
        super().__init__()
        self._asked = asked

    def check_validity(self, user: User, action_type_id: ua.NodeId, body: object) -> bool:
        allowed = bool(super().check_validity(user, action_type_id, body))
        if allowed:
            self._asked(acts=action_type_id in _ACTS)
        return allowed


class _TrustedOnly(SecurityPolicyFactory):
    """Opens encrypted channels to trusted certificates; whoever comes with one has to prove that it is theirs."""

    def __init__(self, access: OpcUaAccess, certificate: Certificate, key: PrivateKeyTypes, rules: _Rules) -> None:
        super().__init__(SecurityPolicyBasic256Sha256, _ENCRYPTED, certificate, key, permission_ruleset=rules)
        self._access = access

    def create(self, peer_certificate: bytes | None) -> SecurityPolicy:
        known = self._access.trusted_of(peer_certificate)
        if known is None:
            msg = "the certificate is not trusted"
            raise ua.UaError(msg)
        return super().create(known)
