"""TLS: does it speak it, in which version, with which certificate, and does it accept outdated versions too.

One handshake, and in the deep round a second one that offers nothing newer than TLS 1.1. Nothing else is said.
"""

import hashlib
import threading
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from netguard.model.device import Device, Service
from netguard.model.observation import Fact, Value
from netguard.model.vocabulary import PortState, Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.net.connection import Declined, TlsFacts, tls_context
from netguard.net.failures import Failure, NoAnswer
from netguard.probe._contract import Ask, Learnt, Target, looked_at, open_tcp, runs_on_battery, speaks_otherwise

if TYPE_CHECKING:
    from cryptography import x509

NEEDS = frozenset({"ports", "banners"})
PROVIDES = frozenset({"tls"})

_ONE_AT_A_TIME = threading.Lock()
"""What warnings are shown is the whole program's setting, and certificates are read by many threads."""

USUAL_PORTS = frozenset({443, 4443, 5001, 8443, 8444, 8446, 8883, 8920, 9443})

NEWEST, OUTDATED = "newest", "TLSv1.1"
"""What a target's `path` lists: a handshake that offers every version, one that offers outdated ones only (RFC 8996).
An empty path is the first alone."""

CURRENT = frozenset({"TLSv1.2", "TLSv1.3"})
"""Beside these, outdated ones are worth asking for."""


class NoTls(NoAnswer):
    """It took the connection, and said nothing or nonsense."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """The usual TLS ports; in the deep round also whatever stayed silent when listened to.

    In the deep round also, once, what speaks a current version is asked for outdated ones; a battery does not pay for that.
    """
    for service in open_tcp(device):
        if service.port in limits.PAYLOAD_BLOCKED_PORTS or speaks_otherwise(ask, service):
            continue
        asked = []
        was_silent = service.name is None and looked_at(ask, service, "tcp.banner")
        expected = service.port in USUAL_PORTS or (ask.round == "deep" and was_silent)
        if expected and not looked_at(ask, service, "tls.version", "http.status"):
            asked.append(NEWEST)
        if ask.round == "deep" and not runs_on_battery(device, ask) and not looked_at(ask, service, "tls.accepts"):
            asked += [OUTDATED] if asked or _speaks_current(ask, service) else []
        if asked:
            yield Target(address=service.address, port=service.port, path=" ".join(asked))


def _speaks_current(ask: Ask, service: Service) -> bool:
    return any(f.kind == "tls.version" and f.port == service.port and f.value in CURRENT for f in ask.facts)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """Version, subject, issuer, key hash, validity, and accepted outdated versions, as far as the target's path lists them.

    Raises `NoAnswer` on a usual TLS port that speaks no TLS.
    """
    asked = target.path.split() or [NEWEST]
    current = True
    if NEWEST in asked:
        try:
            shown = _handshake(target, net, outdated=False)
        except (Declined, NoTls):
            if target.port in USUAL_PORTS:
                raise
            return
        yield from read(shown, target)
        current = shown.version in CURRENT
    if OUTDATED in asked and current:
        yield _fact(target, "tls.accepts", outdated_versions(target, net))


def _handshake(target: Target, net: Net, *, outdated: bool) -> TlsFacts:
    """What one handshake shows. Raises `Declined`, `NoTls`, and what `Net.connect` raises."""
    assert target.port is not None  # noqa: S101 - wants() gives one
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        # Python warns of the outdated versions, which are only looked for.
        warnings.simplefilter("ignore", DeprecationWarning)
        context = tls_context(outdated=outdated)
    with net.connect(target.address, target.port) as connection:
        try:
            return connection.start_tls(context)
        except Declined:
            raise
        except NoAnswer as failure:
            raise NoTls(str(failure)) from failure


def outdated_versions(target: Target, net: Net) -> tuple[str, ...]:
    """The newest outdated version that it accepts, or none where it declines them all.

    Which of them it would take besides stays open, since that costs another connection and changes no advice. Raises
    `NoAnswer` when it says nothing, which is no refusal, and `RefusedByUs` where this computer speaks none of them.
    """
    try:
        return (_handshake(target, net, outdated=True).version,)
    except Declined:
        return ()


def _fact(target: Target, kind: str, value: Value) -> Fact:
    return Fact(kind=kind, value=value, transport=Transport.TCP, port=target.port)


def read(shown: TlsFacts, target: Target) -> Iterator[Learnt]:
    """Facts and the service from what a handshake showed. Raises `Failure` when the certificate is unreadable."""
    yield _fact(target, "tls.version", shown.version)
    yield Service(
        address=target.address, transport=Transport.TCP, port=target.port or 0, state=PortState.OPEN, name="tls"
    )
    for kind, value in read_certificate(shown.certificate).items():
        yield _fact(target, kind, value)


def read_certificate(der: bytes) -> dict[str, str | bool]:
    """`tls.subject`, `tls.issuer`, `tls.key`, `tls.starts`, `tls.expires` and, where it can be told, `tls.self-signed`.

    Raises `Failure` when the certificate is unreadable.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if not der:
        raise Failure("it showed no certificate")
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            # Cheap devices' serial numbers and dates break rules that do not matter for looking.
            warnings.simplefilter("ignore")
            certificate = x509.load_der_x509_certificate(der)
            key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            said: dict[str, str | bool] = {
                "tls.subject": certificate.subject.rfc4514_string(),
                "tls.issuer": certificate.issuer.rfc4514_string(),
                "tls.key": hashlib.sha256(key).hexdigest(),
                "tls.starts": certificate.not_valid_before_utc.isoformat(),
                "tls.expires": certificate.not_valid_after_utc.isoformat(),
            }
            own = is_self_signed(certificate)
            return said if own is None else said | {"tls.self-signed": own}
    except Exception as error:
        raise Failure(f"its certificate cannot be read ({type(error).__name__})") from error


def is_self_signed(certificate: "x509.Certificate") -> bool | None:
    """Whether it was issued by its own key; null where this computer does not know how it was signed."""
    from cryptography.exceptions import InvalidSignature

    if certificate.subject != certificate.issuer:
        return False
    try:
        certificate.verify_directly_issued_by(certificate)
    except InvalidSignature:
        return False
    except Exception:  # noqa: BLE001 - old and strange algorithms; the library raises several things
        return None
    return True
