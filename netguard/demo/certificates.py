"""Certificates of simulated devices. A device's key follows from a seed, so that it has the same one each time it is built."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from netguard.demo.homes import Device, Server

_BORN = dt.datetime(2017, 1, 1, tzinfo=dt.UTC)
_DIES = dt.datetime(2038, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a certificate says. `subject` and `issuer`, whole names as RFC 4514 writes them, go before the three parts."""

    common_name: str = ""
    organization: str = ""
    country: str = ""
    subject: str = ""
    issuer: str = ""
    seed: str = ""
    """What its key is made of. Two devices with one seed have one key."""
    expires: str = ""
    """Day on which it ends, `2020-12-31`; 2038 without."""

    @classmethod
    def of(cls, server: Server, device: Device) -> Self:
        """What the options of `server` ask for.

        They are `common-name`, `organization`, `country`, `subject`, `issuer`, `expires`, and `key-of`, the seed, where it
        is not the device's MAC.
        """
        return cls(
            common_name=server.option("common-name"),
            organization=server.option("organization"),
            country=server.option("country"),
            subject=server.option("subject"),
            issuer=server.option("issuer"),
            seed=server.option("key-of", device.mac),
            expires=server.option("expires"),
        )


def certificate(wanted: Wanted) -> tuple[bytes, bytes]:
    """(certificate, private key) as PEM, signed by itself. The P-256 key protects nothing."""
    digest = hashlib.sha256(wanted.seed.encode()).digest()
    key = ec.derive_private_key(int.from_bytes(digest[:31]) + 1, ec.SECP256R1())
    parts = (
        (NameOID.COUNTRY_NAME, wanted.country),
        (NameOID.ORGANIZATION_NAME, wanted.organization),
        (NameOID.COMMON_NAME, wanted.common_name),
    )
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value])
    if wanted.subject:
        name = x509.Name.from_rfc4514_string(wanted.subject)
    by = x509.Name.from_rfc4514_string(wanted.issuer) if wanted.issuer else name
    number = hashlib.sha256((wanted.common_name or wanted.subject).encode()).hexdigest()[:16]
    ends = dt.datetime.fromisoformat(f"{wanted.expires}T00:00:00+00:00") if wanted.expires else _DIES
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(by).public_key(key.public_key())
        .serial_number(int(number, 16)).not_valid_before(_BORN).not_valid_after(ends).sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), private
