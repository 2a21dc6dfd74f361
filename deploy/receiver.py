"""A receiver of feeder's webhooks: verifies, remembers, answers. Nothing but Python's own library.

    FEEDER_SECRET=whsec_... python receiver.py            # http://127.0.0.1:9000/
    feeder hook test newsdesk                             # with url = "http://127.0.0.1:9000/" and
                                                          # allow_networks = ["127.0.0.1/32"]

The rules of Standard Webhooks 1.0.0 for the side that receives: compare in constant time, refuse what is older or newer
than five minutes, handle each id once (a message may come twice, always under the same id), answer 2xx within seconds
and do the work afterwards. Every way to be malformed ends in a 4xx, never in a traceback.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import sys
import time
from collections import OrderedDict
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

TOLERANCE = 300  # seconds
LARGEST = 20_000  # bytes


class VerificationError(Exception):
    """It is not from feeder, or not from now."""


def verify(body: bytes, headers: Mapping[str, str], *, secret: str, now: float) -> dict[str, Any]:
    """The message; `headers` with lower-case names. Raises VerificationError."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not (timestamp.isascii() and timestamp.isdigit()) or abs(now - int(timestamp)) > TOLERANCE:
        raise VerificationError("the id or the time is missing, or the message is not from now")
    signed = f"{message_id}.{timestamp}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = hmac.digest(key, signed, hashlib.sha256)
    for one in headers.get("webhook-signature", "").split():
        version, _, encoded = one.partition(",")
        try:
            given = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            continue
        if version == "v1" and hmac.compare_digest(given, expected):
            break
    else:
        raise VerificationError("no signature fits")
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise VerificationError("it is no JSON") from error
    if not isinstance(message, dict):
        raise VerificationError("it is no message")
    return message


def verify_v1a(body: bytes, headers: Mapping[str, str], *, public_key: str, now: float) -> dict[str, Any]:
    """The same for ed25519 (pip install cryptography): `public_key` is what `feeder hook key ENDPOINT` prints."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not (timestamp.isascii() and timestamp.isdigit()) or abs(now - int(timestamp)) > TOLERANCE:
        raise VerificationError("the id or the time is missing, or the message is not from now")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix("whpk_")))
    for one in headers.get("webhook-signature", "").split():
        version, _, encoded = one.partition(",")
        try:
            if version == "v1a":
                key.verify(base64.b64decode(encoded, validate=True), f"{message_id}.{timestamp}.".encode() + body)
                message: dict[str, Any] = json.loads(body)
                return message
        except (InvalidSignature, binascii.Error, ValueError):
            continue
    raise VerificationError("no signature fits")


class Handler(BaseHTTPRequestHandler):
    secret = ""
    seen: ClassVar[OrderedDict[str, None]] = OrderedDict()  # keep it in a database, so that a restart remembers

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LARGEST:
            self._answer(413, "how long is it?")
            return
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            message = verify(body, headers, secret=self.secret, now=time.time())
        except VerificationError as problem:
            self._answer(401, str(problem))
            return
        if headers["webhook-id"] in self.seen:
            self._answer(200, "known")
            return
        self.seen[headers["webhook-id"]] = None
        while len(self.seen) > 10_000:
            self.seen.popitem(last=False)
        self._answer(200, "thanks")
        self.handle_message(message)

    def handle_message(self, message: dict[str, Any]) -> None:
        data = message["data"]
        if message["type"] == "mention.digest":
            for alert in data["alerts"]:
                print(f"{alert['watch']}: {alert['title']}", flush=True)
        elif message["type"].startswith("mention."):
            print(f"{data['watch']}: {data['entry']['title']}", flush=True)
        else:
            print(data["text"], flush=True)

    def _answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", "text/plain; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name for it
        """Quiet: what matters is printed."""


def main() -> None:
    Handler.secret = os.environ.get("FEEDER_SECRET", "")
    if not Handler.secret.startswith("whsec_"):
        sys.exit("set FEEDER_SECRET to the endpoint's secret: whsec_...")
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
