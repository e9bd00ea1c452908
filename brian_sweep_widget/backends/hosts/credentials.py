"""The file that lets one's own computers trust each other, and nobody else.

It holds a private key and a certificate that the key has signed itself: every
scheduler, worker and kernel shows it, and believes only those who show the
same. So whoever can read the file can run code on all of these computers, as
their user; it is refused if others than its owner can.
"""

from __future__ import annotations

import hashlib
import os
import ssl
import stat
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_config_path

from brian_sweep_widget.backends.hosts.extra import needed

if TYPE_CHECKING:
    from distributed import Security

CREDENTIALS_VARIABLE = "BRIAN_SWEEP_CREDENTIALS"

_LIFE = timedelta(days=5 * 365)
# Clocks of two computers differ; a certificate is good a day before it was made.
_EARLY = timedelta(days=1)
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_MARK = b"brian-sweep announcement"
_MAKE = "make them with 'brian-sweep cluster credentials new', or copy those of your other hosts"


class CredentialsError(ValueError):
    """There are no credentials, or none that can be trusted; says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the computers of one person show each other.

    Parameters
    ----------
    path
        The file.
    fingerprint
        Names the certificate, and tells nothing of the key. Announcements
        carry it; it lets nobody in.
    expires
        When the certificate does.
    """

    path: Path
    fingerprint: str
    expires: datetime

    def security(self) -> Security:
        """Give them as Dask takes them: encrypted, by TLS 1.3, or not at all.

        Before TLS 1.3 the certificate itself, whose digest is announced, could
        be read on the way.
        """
        distributed = needed("distributed")
        file = str(self.path)
        given: Security = distributed.Security(
            require_encryption=True,
            tls_min_version=ssl.TLSVersion.TLSv1_3,
            tls_ca_file=file,
            **{
                f"tls_{role}_{what}": file
                for role in ("client", "scheduler", "worker")
                for what in ("cert", "key")
            },
        )
        return given


def credentials_path(path: str | os.PathLike[str] | None = None) -> Path:
    """Say where the credentials are: as given, as ``BRIAN_SWEEP_CREDENTIALS`` says, or at home."""
    named = path or os.environ.get(CREDENTIALS_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    return user_config_path("brian-sweep-widget") / "credentials.pem"


def make_credentials(path: str | os.PathLike[str] | None = None) -> Credentials:
    """Make new ones.

    Parameters
    ----------
    path
        Of the file; see `credentials_path`.

    Raises
    ------
    CredentialsError
        If there is a file already, or it cannot be written.
    """
    file = credentials_path(path)
    text = _new_key_and_certificate()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made with these rights, so that there is no moment without them.
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as written:
            written.write(text)
    except FileExistsError:
        msg = (
            f"{file} is there already, and your other hosts may have it: remove it first if "
            "none is to be trusted any more"
        )
        raise CredentialsError(msg) from None
    except OSError as error:
        msg = f"{file} cannot be written: {error.strerror}; name another file"
        raise CredentialsError(msg) from error
    return read_credentials(file)


def read_credentials(path: str | os.PathLike[str] | None = None) -> Credentials:
    """Read and check them.

    Parameters
    ----------
    path
        Of the file; see `credentials_path`.

    Raises
    ------
    CredentialsError
        If there are none, others than their owner could read them, they are
        somebody else's, or they have expired.
    """
    file = credentials_path(path)
    try:
        with file.open("rb") as opened:
            _check_private(file, os.fstat(opened.fileno()))
            text = opened.read().decode("ascii", errors="replace")
    except FileNotFoundError:
        msg = f"there are no credentials at {file}: {_MAKE}"
        raise CredentialsError(msg) from None
    except OSError as error:
        msg = f"the credentials {file} cannot be read: {error.strerror}"
        raise CredentialsError(msg) from error
    start, end = text.find(_BEGIN), text.find(_END)
    if start < 0 or end < 0 or "PRIVATE KEY" not in text:
        msg = f"{file} holds no private key with its certificate: {_MAKE}"
        raise CredentialsError(msg)
    certificate = ssl.PEM_cert_to_DER_cert(text[start : end + len(_END)])
    fingerprint = hashlib.sha256(_MARK + certificate).hexdigest()[:32]
    expires = _expiry(file)
    if expires < datetime.now(UTC):
        msg = (
            f"the credentials {file} have expired on {expires:%Y-%m-%d}: remove the file, make "
            "new ones with 'brian-sweep cluster credentials new', and copy them to your hosts"
        )
        raise CredentialsError(msg)
    return Credentials(file, fingerprint, expires)


def _check_private(file: Path, found: os.stat_result) -> None:
    if sys.platform == "win32":  # no owners of this kind; a profile is private there
        return
    if found.st_uid != os.geteuid():
        msg = f"the credentials {file} belong to user {found.st_uid}, not to you: use your own"
        raise CredentialsError(msg)
    if found.st_mode & _OTHERS:
        mode = stat.S_IMODE(found.st_mode)
        msg = (
            f"the credentials {file} can be read by others (mode {mode:o}, allowed: 600), who may "
            "have copied them and could run code as you: remove the file and make new ones; or "
            f"'chmod 600 {file}', if you are sure that nobody did"
        )
        raise CredentialsError(msg)


def _expiry(file: Path) -> datetime:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(file)
        context.load_cert_chain(file)
    except ssl.SSLError as error:
        msg = f"{file} cannot be used: {error.reason}; {_MAKE}"
        raise CredentialsError(msg) from error
    (certificate,) = context.get_ca_certs()
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def _new_key_and_certificate() -> bytes:
    needed("cryptography")
    from cryptography import x509  # noqa: PLC0415 - not installed with the core
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "brian-sweep")])
    now = datetime.now(UTC)
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    extensions: list[tuple[Any, bool]] = [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (x509.SubjectAlternativeName([x509.DNSName("brian-sweep")]), False),
        (identifier, False),
        (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), False),
        (_key_usage(x509), True),
    ]
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLY)
        .not_valid_after(now + _LIFE)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    certificate = builder.sign(key, hashes.SHA256())
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)


def _key_usage(x509: Any) -> Any:
    """Say that it signs itself, and handshakes: Python 3.13 believes no other."""
    unused = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
        **dict.fromkeys(unused, False),
    )
