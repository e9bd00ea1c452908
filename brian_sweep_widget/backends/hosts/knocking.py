"""Whether a host lets us in: a handshake by TLS, and no word of ours before."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Security


def client_context(security: Security) -> ssl.SSLContext | None:
    """Give how a connection is encrypted, read from the files that it names; None for not."""
    arguments = security.get_connection_args("client")  # type: ignore[no-untyped-call]
    context: ssl.SSLContext | None = arguments.get("ssl_context")
    return context


async def knock(address: str, security: Security | None, seconds: float) -> str:
    """Say why a scheduler is not to be reached; empty if it shows what it should.

    What Dask says of a closed door is not what is the matter.

    Parameters
    ----------
    address
        Of the scheduler, as Dask writes it.
    security
        How it is encrypted; None for not.
    seconds
        That it may take.
    """
    protocol, _, rest = address.partition("://")
    if protocol not in {"tls", "tcp"}:
        return ""
    try:
        context = None if security is None or protocol == "tcp" else client_context(security)
    except Exception as error:  # noqa: BLE001 - told, as what the network does
        return in_words(error)
    return await shake_hands(rest, context, seconds)


async def shake_hands(place: str, context: ssl.SSLContext | None, seconds: float) -> str:
    """Do the same with a host and port; quicker, as nothing is read from files."""
    host, _, port = place.rpartition(":")
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port), ssl=context)
            try:
                # By TLS 1.3 a server that refuses the client says so only afterwards.
                if not await reader.read(1):
                    return "it hung up: it is no scheduler, or it shows other credentials"
            finally:
                writer.close()
    except Exception as error:  # noqa: BLE001 - told
        return in_words(error)
    return ""


def in_words(error: BaseException) -> str:
    """Say what the matter is with a connection."""
    causes = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) and cause not in causes:
        causes.append(cause)
    for found in causes:
        if isinstance(found, ssl.SSLError):
            return "it shows other credentials, or none" if found.reason else str(found)
        if isinstance(found, ConnectionRefusedError):
            return "nothing listens there: is 'brian-sweep cluster serve' running?"
        if isinstance(found, ConnectionResetError):
            return "it hung up: it is no scheduler, or it shows other credentials"
    for found in causes:
        if isinstance(found, TimeoutError):
            return "it does not answer"
    return f"{type(error).__name__}: {error}".partition("\n")[0]
