"""A site in this process, over real sockets: what it was asked, and whatever it is told to answer."""

import asyncio
import contextlib
import datetime
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "api.example.test"
LOOPBACK = "127.0.0.1/32"
Script = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


class Names:
    """A resolver whose answers are written down: each name's one after the other, the last for good."""

    def __init__(self, **answers: Sequence[str]) -> None:
        self.asked: list[str] = []
        self._answers = {name.replace("_", "."): [*found] for name, found in answers.items()}

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if host not in self._answers:
            raise OSError(f"no such name: {host}")
        found = self._answers[host]
        return (found.pop(0) if len(found) > 1 else found[0]).split()


@dataclass
class Site:
    """Where it listens, and the heads and bodies of the requests that came."""

    port: int
    scheme: str = "http"
    requests: list[str] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a caller has hung up before it was answered to the end."""

    def url(self, path: str = "/", host: str = HOST) -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


def answering(body: str = "hello", status: str = "200 OK", **headers: str) -> Script:
    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        named = {"content-type": "text/plain", **{key.replace("_", "-"): value for key, value in headers.items()}}
        head = "".join(f"{key}: {value}\r\n" for key, value in named.items())
        writer.write(f"HTTP/1.1 {status}\r\n{head}content-length: {len(body.encode())}\r\n\r\n{body}".encode())
        await writer.drain()

    return answer


@contextlib.asynccontextmanager
async def serving(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next((int(line[15:]) for line in head.lower().splitlines() if line[:15] == "content-length:"), 0)
            site.requests.append(head + (await reader.readexactly(length)).decode())
            await script(head.split(" ")[1], writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            site.gone.set()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    site = Site(server.sockets[0].getsockname()[1], "https" if tls else "http")
    async with server:
        yield site


def certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a site of that name shows, and what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "site.pem").write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(folder / "site.pem")
    return shown, ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
