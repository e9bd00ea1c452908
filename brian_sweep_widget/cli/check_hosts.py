"""The check of what it takes to use other computers."""

from __future__ import annotations

from datetime import UTC, datetime

from brian_sweep_widget.cli.findings import Finding, installed, ok, warning

_NEEDED = ("distributed", "zeroconf", "cryptography")
_SOON = 30  # days


def hosts() -> Finding:
    """Look for the libraries, and for credentials that can be used."""
    missing = [name for name in _NEEDED if installed(name) is None]
    if missing:
        # Most people have one computer, and lack nothing.
        wanted = "pip install 'brian-sweep-widget[cluster]' to use others"
        return ok(f"this one only ({wanted})")
    from brian_sweep_widget.backends import (  # noqa: PLC0415 - loads joblib
        CredentialsError,
        credentials_path,
        read_credentials,
    )

    path = credentials_path()
    told = f"distributed {installed('distributed')}"
    if not path.exists():
        return ok(f"{told}; no credentials ('brian-sweep cluster credentials new' makes them)")
    try:
        found = read_credentials(path)
    except CredentialsError as error:
        return warning(f"{told}; no host can be used", str(error))
    told += f", credentials {path} until {found.expires:%Y-%m-%d}"
    if (found.expires - datetime.now(UTC)).days < _SOON:
        return warning(told, "make new ones before, and copy them to your hosts")
    return ok(told)
