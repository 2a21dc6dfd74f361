"""The process that sends one message through Apprise: an order as JSON on stdin, what became of it on stdout.

{"url", "title", "body", "networks": [CIDR, ...], "seconds"} -> {"status": of AppriseResultStatus, "said"}
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from collections.abc import Sequence
from typing import Any

from feeder.egress import networks, refusal

#: Bytes of address space: Apprise takes about a third of it; an answer that unpacks to more is the end of it.
_MEMORY = 768 * 1024 * 1024
_NO_MATCH = 3


def _guard(allowed: Sequence[str]) -> None:
    """From now on this process connects to checked addresses only and starts no other one: hooks cannot be removed."""
    opened = networks(*allowed)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            address = arguments[1]
            why = refusal(str(address[0]), allowed=opened) if isinstance(address, tuple) else "is not on the net"
            if why is not None:
                raise PermissionError(f"{address[0] if isinstance(address, tuple) else 'the address'} {why}")
        elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"):
            raise PermissionError("no other process")

    sys.addaudithook(hook)


def _send(order: dict[str, Any]) -> tuple[int, str]:
    try:
        import apprise
    except ImportError:
        return _NO_MATCH, "Apprise is not installed: pip install 'feeder[apprise]'"
    asset = apprise.AppriseAsset(
        service_timeout=order["seconds"], storage_mode=apprise.PersistentStoreMode.MEMORY, secure_logging=True
    )
    asset.http_redirects = False
    asset.async_mode = False
    sender = apprise.Apprise(asset=asset)
    if not sender.add(order["url"]):
        return _NO_MATCH, "Apprise does not understand the url"
    requests = sum(map(len, sender))  # a service counts its targets
    if requests != 1:
        return _NO_MATCH, f"the url has {requests} recipients: make an endpoint of each"
    result = sender.notify(
        body=order["body"], title=order["title"], body_format=apprise.NotifyFormat.TEXT, interpret_escapes=False
    )
    logs = [str(getattr(entry, "message", entry)) for it in result for attempt in it for entry in attempt.logs]
    return int(result.status), " ".join(logs[-3:])


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    order = json.load(sys.stdin)
    _guard(order["networks"])
    with contextlib.redirect_stdout(sys.stderr):
        try:
            status, said = _send(order)
        except MemoryError:
            status, said = 1, "the answer is too large"
    print(json.dumps({"status": status, "said": said}))  # noqa: T201  this is what the process is for


if __name__ == "__main__":
    main()
