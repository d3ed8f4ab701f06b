"""Certificates of a cluster: an authority of its own, and one certificate for its machines, signed by it.

    cluster/
        ca.pem            who may sign: every machine has it
        machine.pem       the certificate that every machine shows, whether it serves or asks
        machine-key.pem   its key
        ca-key.pem        the authority's key: for making further certificates; it stays on this machine

Both ends of every connection must show a certificate of this authority, whatever their name or address is.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from distributed.security import Security

from runtime import folders
from runtime.cluster.doors import ClusterError

CA, CA_KEY, CERT, KEY = "ca.pem", "ca-key.pem", "machine.pem", "machine-key.pem"
FOR_MACHINES = (CA, CERT, KEY)
"""What is copied to the other machines."""
_YEARS = 5


def usual_folder() -> Path:
    return folders.data() / "cluster"


def make(folder: Path, *, anew: bool = False) -> None:
    """Write all four. ClusterError where some are there already, unless `anew`."""
    present = [name for name in (CA, CA_KEY, CERT, KEY) if (folder / name).exists()]
    if present and not anew:
        raise ClusterError(f"{folder} holds {present[0]} already. --anew replaces it; every machine then needs the new")
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tapeloom cluster authority")])
    machine = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tapeloom cluster machine")])
    ca = (
        _begun(authority, authority, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    cert = (
        _begun(machine, authority, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("tapeloom.cluster")]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(folder / CA, ca.public_bytes(serialization.Encoding.PEM))
        _write(folder / CERT, cert.public_bytes(serialization.Encoding.PEM))
        _write(folder / CA_KEY, _key_text(ca_key))
        _write(folder / KEY, _key_text(key))
    except OSError as fault:
        raise ClusterError(f"{folder} cannot be written ({fault.strerror or fault})") from None


def security(folder: Path | None) -> Security:
    """What Dask shows and asks for. ClusterError where certificates are missing."""
    place = folder or usual_folder()
    for name in FOR_MACHINES:
        if not (place / name).is_file():
            raise ClusterError(
                f"{place / name} is missing. Make certificates on one machine with `launch.py cluster certificates`, "
                f"and copy {', '.join(FOR_MACHINES)} to this folder on the others"
            )
    cert, key = str(place / CERT), str(place / KEY)
    roles = {f"tls_{role}_{what}": path for role in ("scheduler", "worker", "client")
             for what, path in (("cert", cert), ("key", key))}  # fmt: skip
    return Security(require_encryption=True, tls_ca_file=str(place / CA), **roles)


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks differ
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _key_text(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes) -> None:
    """For this user alone from the first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
