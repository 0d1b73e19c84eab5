"""TLS: does it speak it, in which version, with which certificate. One handshake, nothing else."""

import hashlib
import threading
import warnings
from collections.abc import Iterable, Iterator

from netguard.model.device import Device, Service
from netguard.model.observation import Fact
from netguard.model.vocabulary import PortState, Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.net.connection import tls_context
from netguard.net.failures import Failure, NoAnswer
from netguard.probe._contract import Ask, Learnt, Target, looked_at, open_tcp, speaks_otherwise

NEEDS = frozenset({"ports", "banners"})
PROVIDES = frozenset({"tls"})

_ONE_AT_A_TIME = threading.Lock()
"""What warnings are shown is the whole program's setting, and certificates are read by many threads."""

USUAL_PORTS = frozenset({443, 4443, 5001, 8443, 8444, 8446, 8883, 8920, 9443})


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """The usual TLS ports; in the deep round also whatever stayed silent when listened to."""
    for service in open_tcp(device):
        if looked_at(ask, service, "tls.version", "http.status") or service.port in limits.PAYLOAD_BLOCKED_PORTS:
            continue
        if speaks_otherwise(ask, service):
            continue
        was_silent = service.name is None and looked_at(ask, service, "tcp.banner")
        if service.port in USUAL_PORTS or (ask.round == "deep" and was_silent):
            yield Target(address=service.address, port=service.port)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """Version, subject, issuer, key hash and expiry. Raises `NoAnswer` on a usual TLS port that speaks no TLS."""
    assert target.port is not None  # noqa: S101 - wants() gives one
    with net.connect(target.address, target.port) as connection:
        try:
            shown = connection.start_tls(tls_context())
        except NoAnswer:
            if target.port in USUAL_PORTS:
                raise
            return
    port = target.port

    def fact(kind: str, value: str) -> Fact:
        return Fact(kind=kind, value=value, transport=Transport.TCP, port=port)

    yield fact("tls.version", shown.version)
    yield Service(address=target.address, transport=Transport.TCP, port=port, state=PortState.OPEN, name="tls")
    for kind, value in read_certificate(shown.certificate).items():
        yield fact(kind, value)


def read_certificate(der: bytes) -> dict[str, str]:
    """`tls.subject`, `tls.issuer`, `tls.key` and `tls.expires` of a certificate. Raises `Failure` when it is unreadable."""
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
            return {
                "tls.subject": certificate.subject.rfc4514_string(),
                "tls.issuer": certificate.issuer.rfc4514_string(),
                "tls.key": hashlib.sha256(key).hexdigest(),
                "tls.expires": certificate.not_valid_after_utc.isoformat(),
            }
    except Exception as error:
        raise Failure(f"its certificate cannot be read ({type(error).__name__})") from error
