"""TLS: one handshake with whoever is there, and the certificate it shows."""

import datetime as dt
import hashlib
import ssl
import threading
import time
import unicodedata
import warnings
from contextlib import suppress
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Role
from netguard.net.connection import tls_context
from netguard.net.failures import Failure, NoAnswer, RefusedByUs
from netguard.probe import http, tls
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK, drip, flood, free_port, hang_up
from tests.unit.probe.conftest import fact, make_ask, said

BEGINS, ENDS = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2046, 3, 4, 5, 6, 7, tzinfo=dt.UTC)


@cache
def identity(kind, name):
    """A private key and a self-signed certificate."""
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lock, Inc.")]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(BEGINS)
        .not_valid_after(ENDS)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


@pytest.fixture
def server(listener, tmp_path):
    """A TLS server on loopback: certificate kind, highest version, what it says and to whom it listens."""

    def make(kind="ec", version=None, answer=b"", ciphers=None, name="bridge.local", oldest=None):
        key, certificate = identity(kind, name)
        path = tmp_path / f"{kind}.pem"
        path.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + certificate.public_bytes(Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        if ciphers:
            context.set_ciphers(ciphers)
        if version:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = context.maximum_version = version
        if oldest:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = oldest

        def behave(peer):
            with suppress(ssl.SSLError), context.wrap_socket(peer, server_side=True) as talking:
                if talking.recv(4096) and answer:
                    talking.sendall(answer)

        return listener(behave=behave)

    return make


@pytest.fixture
def usual(monkeypatch):
    return lambda port: monkeypatch.setattr(tls, "USUAL_PORTS", frozenset({port}))


def ask_real(net, service, path=""):
    return said(tls.probe(Target(address=LOOPBACK, port=service.port, path=path), net))


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_self_signed_certificate_is_looked_at(net, server, kind):
    found = ask_real(net, server(kind))
    key = identity(kind, "bridge.local")[0].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert found == {
        "tls.version": "TLSv1.3",
        "tls.subject": r"O=Lock\, Inc.,CN=bridge.local",
        "tls.issuer": r"O=Lock\, Inc.,CN=bridge.local",
        "tls.key": hashlib.sha256(key).hexdigest(),
        "tls.self-signed": True,
        "tls.starts": "2020-01-01T00:00:00+00:00",
        "tls.expires": "2046-03-04T05:06:07+00:00",
        "service": ("tls", None, None),
    }


def test_old_versions_are_shaken_hands_with(net, server):
    assert ask_real(net, server(version=ssl.TLSVersion.TLSv1_2))["tls.version"] == "TLSv1.2"
    oldest = server("rsa", version=ssl.TLSVersion.TLSv1, ciphers="ALL:@SECLEVEL=0")
    assert ask_real(net, oldest)["tls.version"] == "TLSv1"


BOTH = "newest TLSv1.1"


@pytest.mark.parametrize(
    ("oldest", "accepted"),
    [
        (ssl.TLSVersion.TLSv1, ("TLSv1.1",)),
        (ssl.TLSVersion.TLSv1_1, ("TLSv1.1",)),
        (ssl.TLSVersion.TLSv1_2, ()),
        (ssl.TLSVersion.TLSv1_3, ()),
    ],
)
def test_outdated_versions_are_asked_for_by_one_more_handshake(net, server, oldest, accepted):
    service = server("rsa", oldest=oldest, ciphers="ALL:@SECLEVEL=0")
    found = ask_real(net, service, path=BOTH)
    assert (found["tls.version"], found["tls.accepts"]) == ("TLSv1.3", accepted)
    assert (service.accepted, service.most_at_once) == (2, 1)
    assert ask_real(net, service, path="TLSv1.1") == {"tls.accepts": accepted}


def test_what_speaks_nothing_newer_is_not_asked_twice(net, server):
    service = server("rsa", version=ssl.TLSVersion.TLSv1_1, ciphers="ALL:@SECLEVEL=0")
    found = ask_real(net, service, path=BOTH)
    assert found["tls.version"] == "TLSv1.1"
    assert "tls.accepts" not in found
    assert service.accepted == 1


def test_a_refusal_is_an_alert_or_the_end_of_the_connection_and_silence_is_none(net, listener):
    for refusal in (
        {"answer": b"\x15\x03\x01\x00\x02\x02\x46", "then_close": True},  # alert: protocol_version
        {"behave": lambda peer: peer.recv(4096)},
        {"behave": hang_up_when_asked},
    ):
        assert ask_real(net, listener(**refusal), path="TLSv1.1") == {"tls.accepts": ()}
    for nothing in ({}, {"answer": b"HTTP/1.0 400 Bad Request\r\n\r\n"}):
        with pytest.raises(NoAnswer, match="TLS"):
            ask_real(net, listener(**nothing), path="TLSv1.1")


def hang_up_when_asked(peer):
    peer.recv(4096)
    hang_up(peer)


def test_a_computer_without_outdated_versions_says_so(net, server, monkeypatch):
    service = server()
    monkeypatch.setattr(ssl, "HAS_TLSv1", False)
    monkeypatch.setattr(ssl, "HAS_TLSv1_1", False)
    with pytest.raises(RefusedByUs, match="this computer"):
        ask_real(net, service, path="TLSv1.1")
    assert service.accepted == 0


def issued(*, subject, issuer, key, by, algorithm=hashes.SHA256):
    """A certificate for `key` signed by `by`, DER."""
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in (subject, issuer)]
    builder = x509.CertificateBuilder().subject_name(names[0]).issuer_name(names[1]).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(BEGINS).not_valid_after(ENDS)
    return builder.sign(by, algorithm()).public_bytes(Encoding.DER)


def test_only_what_its_own_key_has_signed_is_self_signed():
    own, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    assert tls.read_certificate(issued(subject="a", issuer="a", key=own, by=own))["tls.self-signed"] is True
    assert tls.read_certificate(issued(subject="a", issuer="b", key=own, by=own))["tls.self-signed"] is False
    assert tls.read_certificate(issued(subject="a", issuer="a", key=own, by=other))["tls.self-signed"] is False


def test_how_it_was_signed_may_be_unknown_here():
    der = issued(subject="a", issuer="a", key=(own := ec.generate_private_key(ec.SECP256R1())), by=own)
    # ecdsa-with-SHA256 (RFC 5758, 3.2) twice, made into an algorithm that nobody has.
    strange = der.replace(bytes.fromhex("2a8648ce3d040302"), bytes.fromhex("2a8648ce3d04037f"))
    assert strange.count(bytes.fromhex("2a8648ce3d04037f")) == 2
    found = tls.read_certificate(strange)
    assert found["tls.subject"] == "CN=a"
    assert "tls.self-signed" not in found


def test_http_over_tls_is_https(net, server):
    service = server(answer=b"HTTP/1.1 200 OK\r\nServer: lock\r\nContent-Length: 2\r\n\r\nhi")
    found = said(http.probe(Target(address=LOOPBACK, port=service.port, secure=True), net))
    assert (found["http.status"], found["service"]) == (200, ("https", "lock", None))


def test_a_refused_connection_is_a_reason(net):
    port = free_port()
    with pytest.raises(NoAnswer, match="refused"):
        list(tls.probe(Target(address=LOOPBACK, port=port), net))


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.0 400 Bad Request\r\n\r\n",
        b"\x16\x03\x01\xff\xff" + b"\0" * 70000,
        b"\x15\x03\x03\x00\x02\x02\x28",  # alert: handshake failure
        b"\x16\x03\x03\x00\x04\x02\x00\x00\x00",  # an empty ServerHello
        b"SSH-2.0-x\r\n",
    ],
)
def test_nonsense_is_a_reason_on_a_usual_port_and_nothing_elsewhere(net, listener, usual, nonsense):
    service = listener(answer=nonsense, then_close=True)
    assert ask_real(net, service) == {}
    usual(service.port)
    with pytest.raises(NoAnswer, match="TLS"):
        ask_real(net, service)


def test_silence_ends_in_time(net, listener, usual):
    began = time.monotonic()
    service = listener()
    usual(service.port)
    with pytest.raises(NoAnswer, match="did not finish"):
        ask_real(net, service)
    assert time.monotonic() - began < 6


def test_hanging_up_drips_and_floods_are_reasons(net, listener, usual):
    for behave in (hang_up, drip(b"\x16", 0.02), flood(b"\x16\x03\x03\x00\x01\x00" * 1000)):
        service = listener(behave=behave)
        usual(service.port)
        with pytest.raises(Failure):
            ask_real(net, service)


def test_the_context_warns_nobody():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tls_context()


def test_an_unreadable_certificate_is_a_reason():
    _, certificate = identity("ec", "bridge.local")
    der = certificate.public_bytes(Encoding.DER)
    with pytest.raises(Failure, match="no certificate"):
        tls.read_certificate(b"")
    with pytest.raises(Failure, match="cannot be read"):
        tls.read_certificate(der[:-1])


@given(st.data())
def test_no_certificate_breaks_the_reader(data):
    der = bytearray(identity("ec", "bridge.local")[1].public_bytes(Encoding.DER))
    for _ in range(data.draw(st.integers(1, 5))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Failure):
        tls.read_certificate(bytes(der))


def test_control_characters_in_a_name_reach_nobody(net, server):
    found = ask_real(net, server(name="evil\x1b[2J\u202e"))
    assert "evil" in found["tls.subject"]
    assert not any(unicodedata.category(c) in {"Cc", "Cf"} for c in found["tls.subject"] + found["tls.issuer"])


def test_certificates_are_read_one_at_a_time_because_what_is_warned_about_is_everybody_s(monkeypatch):
    der = identity("ec", "bridge.local")[1].public_bytes(Encoding.DER)
    read, alone = x509.load_der_x509_certificate, []

    def noted(data):
        alone.append(tls._ONE_AT_A_TIME.locked())
        return read(data)

    monkeypatch.setattr(x509, "load_der_x509_certificate", noted)
    before = list(warnings.filters)
    threads = [threading.Thread(target=lambda: [tls.read_certificate(der) for _ in range(20)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert alone == [True] * 160
    assert list(warnings.filters) == before


def wanted(services, of=None, **given):
    found = device(services=services, **(of or {}))
    return [(t.port, t.path) for t in tls.wants(found, make_ask(**given))]


def test_usual_ports_and_in_the_deep_round_silent_ones_are_asked():
    silent = [fact("tcp.banner", "", 12345), fact("tcp.banner", "", 9100)]
    assert wanted([80, 443, 12345, 9100], turn="light", facts=silent) == [(443, "newest")]
    assert wanted([80, 443, 12345, 9100], facts=silent) == [(443, BOTH), (12345, BOTH)]
    assert (
        wanted([443, 8443], turn="light", facts=[fact("tls.version", port=443), fact("http.status", 200, 8443)]) == []
    )


@pytest.mark.parametrize(
    ("version", "asked"), [("TLSv1.3", "TLSv1.1"), ("TLSv1.2", "TLSv1.1"), ("TLSv1.1", None), ("TLSv1", None)]
)
def test_outdated_versions_are_asked_for_once_in_the_deep_round(version, asked):
    known = fact("tls.version", version, 8443)
    assert wanted([8443], turn="light", facts=[known]) == []
    assert wanted([8443], facts=[known]) == ([(8443, asked)] if asked else [])
    assert wanted([8443], facts=[known, fact("tls.accepts", (), 8443)]) == []
    assert wanted([8443], {"role": Role.LOCK}, facts=[known]) == []
    assert wanted([8443], {"role": Role.LOCK}) == [(8443, "newest")]
    assert wanted([8443], facts=[fact("http.status", 200, 8443)]) == []
