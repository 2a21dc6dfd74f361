"""Everything else, through Apprise (an extra): its services, each with a URL of its own.

Apprise follows redirects and takes their end for success, unpacks whatever it is sent, calls any address, abandons a
thread that is late, and remembers whom it reached only while it runs. So it runs in a process of its own for each
message (`apprising`): with a check at every connection, an end to its memory, no environment, a deadline that it cannot
outlive, and one recipient a URL, which the outbox then knows about.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from urllib.parse import parse_qsl, urlsplit

from feeder.alerts.channels.channel import Style, Words
from feeder.alerts.channels.escaping import plain
from feeder.alerts.receipts import Receipt, excerpt
from feeder.errors import PermanentDeliveryError, TemporaryDeliveryError
from feeder.model import Endpoint
from feeder.rendering import Markings

#: Seconds from the start of the process to its end.
DEADLINE = 40.0
#: Services that may be used: what only sends one message over the net. Not those that run programs, write to this
#: machine, or that feeder speaks to itself.
SCHEMES = frozenset(
    {
        "bark",
        "barks",
        "gchat",
        "gotify",
        "gotifys",
        "hassio",
        "hassios",
        "join",
        "line",
        "mastodon",
        "mastodons",
        "matrix",
        "matrixs",
        "msg91",
        "nctalk",
        "nctalks",
        "opsgenie",
        "pagerduty",
        "pbul",
        "prowl",
        "pushsafer",
        "pushy",
        "pover",
        "rocket",
        "rockets",
        "signal",
        "signals",
        "signl4",
        "simplepush",
        "spush",
        "splunk",
        "twilio",
        "webex",
        "wxteams",
        "zulip",
    }
)
#: Options of a URL that would undo what is bounded here.
_FORBIDDEN = frozenset({"redirect", "retry", "wait", "format", "overflow", "verify", "cto", "rto", "store", "template"})
_SUCCESS, _NO_MATCH, _TIMEOUT = 0, 3, 5
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT")


def fault(url: str) -> str:
    """What is wrong with a URL of Apprise, "" if nothing."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        return f"{parts.scheme}:// is none of {', '.join(sorted(SCHEMES))}"
    if options := sorted(_FORBIDDEN & {key.lower().lstrip("-+:") for key, _ in parse_qsl(parts.query, True)}):
        return f"the option {options[0]} has no place here"
    return ""


def send(endpoint: Endpoint, words: Words, *, deadline: float = DEADLINE) -> Receipt:
    """Raises TemporaryDeliveryError, `ambiguous` where the process had to be ended; PermanentDeliveryError for a URL
    that Apprise does not understand or that has more than one recipient, and where it is not installed."""
    if wrong := fault(endpoint.url):
        raise PermanentDeliveryError(wrong)
    order = {
        "url": endpoint.url,
        "title": words.subject,
        "body": words.body,
        "networks": endpoint.allow_networks,
        "seconds": deadline / 2,
    }
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | {"HOME": os.devnull}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "feeder.alerts.channels.apprising"],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=deadline,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TemporaryDeliveryError(f"no end within {deadline:g} s", ambiguous=True) from None
    try:
        outcome = json.loads(done.stdout)
        status, said = int(outcome["status"]), excerpt(str(outcome["said"]), endpoint)
    except (ValueError, KeyError, TypeError):
        why = excerpt(done.stderr[-300:], endpoint)
        raise TemporaryDeliveryError(f"Apprise ended with {done.returncode}: {why}", ambiguous=True) from None
    if status == _SUCCESS:
        return Receipt(status=0, said=said)
    if status == _NO_MATCH:
        raise PermanentDeliveryError(said)
    raise TemporaryDeliveryError(f"Apprise: {said or 'not delivered'}", ambiguous=status == _TIMEOUT)


STYLE = Style(
    markings=Markings(escape=plain, link=lambda address, text: f"{text}\n{address}"),
    room=1000,
    measure=len,
    alerts=5,
)
