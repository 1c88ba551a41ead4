"""Certificates made afresh for a test run: an authority of our own, and servers that it vouches for or does not."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


@dataclass(frozen=True)
class Certificates:
    """Paths to PEM files; each key lies beside its certificate with the suffix .key."""

    authority: Path
    good: Path  # for localhost and 127.0.0.1
    other_host: Path  # valid, but for another host
    expired: Path

    def server_context(self, certificate: Path) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        return context


def make_certificates(folder: Path) -> Certificates:
    authority = folder / "authority.pem"
    _openssl("req", "-x509", *_KEY, "-subj", "/CN=test authority", "-keyout", _key(authority), "-out", authority)
    return Certificates(
        authority,
        good=_issue(authority, "good", "DNS:localhost,IP:127.0.0.1", 30),
        other_host=_issue(authority, "other_host", "DNS:imap.example", 30),
        expired=_issue(authority, "expired", "DNS:localhost,IP:127.0.0.1", -1),
    )


def _issue(authority: Path, name: str, hosts: str, days: int) -> Path:
    certificate = authority.with_name(f"{name}.pem")
    request = certificate.with_suffix(".csr")
    names = ["-addext", f"subjectAltName={hosts}"]
    _openssl("req", "-new", *_KEY, "-subj", f"/CN={name}", "-keyout", _key(certificate), "-out", request, *names)
    signing = ["-CA", authority, "-CAkey", _key(authority), "-days", days, "-copy_extensions", "copyall"]
    _openssl("x509", "-req", "-in", request, *signing, "-out", certificate)
    return certificate


def _key(certificate: Path) -> Path:
    return certificate.with_suffix(".key")


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
