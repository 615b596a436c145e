"""Files that people attach."""

import os
import socket

import httpx

from tests.conftest import Client, Running

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def attach(who, lead, content: bytes, name: str = "合同.pdf", note: str = "", **rest):
    return who.post(
        f"/leads/{lead['id']}/attachments",
        files={"file": (name, content)},
        data={"note": note} if note else None,
        **rest,
    )


MB = 1_000_000


def hang_up(running: Running, who: Client, path: str, fields: bytes = b"") -> None:
    """Send half of an upload and go; returns when the server is through with it."""
    host, port = running.url.removeprefix("http://").split(":")
    body = (
        fields
        + b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        + PDF
    )
    head = (
        f"POST /api/v1{path} HTTP/1.1\r\nHost: {host}\r\n"
        f"Authorization: {who.headers['authorization']}\r\nIdempotency-Key: {os.urandom(8).hex()}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {4 * MB}\r\n\r\n"
    )

    def seen() -> float:
        lines = httpx.get(f"{running.url}/metrics").text.splitlines()
        counts = [line for line in lines if line.startswith('yinling_requests_total{method="POST"')]
        return sum(float(line.rpartition(" ")[2]) for line in counts)

    before = seen()
    with socket.create_connection((host, int(port))) as sender:
        sender.sendall(head.encode() + body + os.urandom(2 * MB))
    for _ in range(1200):
        if seen() > before:
            return
    raise AssertionError("the server still waits")
