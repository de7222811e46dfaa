"""The sandbox's own keys: one SSH key per user, one host key per machine, one private CA.

All are made here with the `cryptography` package, which paramiko brings, so that nothing depends on
an `openssl` or `ssh-keygen` program.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from llmhost.cloud.sandbox.state import locked, state_dir, write_private

# Long enough that no test bench meets the end of it; machines live for days.
_LIFETIME = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An SSH key: the private part in OpenSSH's format, the public one as `TYPE BASE64`."""

    private: bytes
    public: str


@dataclass(frozen=True, slots=True)
class Authority:
    """The private CA that machines trust, as PEM."""

    certificate: bytes
    key: bytes


def ssh_key() -> KeyPair:
    """A fresh ed25519 key."""
    key = ed25519.Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return KeyPair(private, public.decode())


def login_key() -> tuple[Path, str]:
    """This user's key for sandbox machines: its private file and its public line."""
    path = state_dir() / "id_ed25519"
    public = path.with_suffix(".pub")
    with locked("keys"):
        if not (path.exists() and public.exists()):
            pair = ssh_key()
            write_private(path, pair.private)
            write_private(public, pair.public.encode())
    return path, public.read_text().strip()


def authority() -> Authority:
    """The private CA of this user's sandbox; made on first use."""
    certificate, key = state_dir() / "ca.crt", state_dir() / "ca.key"
    with locked("keys"):
        if not (certificate.exists() and key.exists()):
            fresh = _new_authority()
            write_private(key, fresh.key)
            write_private(certificate, fresh.certificate)
    return Authority(certificate.read_bytes(), key.read_bytes())


def issue(names: Sequence[str]) -> tuple[bytes, bytes]:
    """A server certificate of the private CA for those DNS names, with its key; both PEM."""
    issuer = authority()
    parent = x509.load_pem_x509_certificate(issuer.certificate)
    parent_key = load_pem_private_key(issuer.key, password=None)
    if not isinstance(parent_key, ec.EllipticCurvePrivateKey):
        raise TypeError("the sandbox's CA key is not an elliptic-curve key")
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    certificate = (
        _builder(_name(names[0]), parent.subject, key.public_key())
        .add_extension(alternatives, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(parent_key.public_key()),
            critical=False,
        )
        .sign(parent_key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM), _private_pem(key)


def _new_authority() -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("llmhost sandbox CA")
    certificate = (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_CA_USAGE, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(certificate.public_bytes(Encoding.PEM), _private_pem(key))


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        # An hour back, for machines whose clock is a little behind.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LIFETIME)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


_CA_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
