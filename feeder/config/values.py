"""Single values as people write them: durations, sizes, addresses, networks, secrets.

Each function takes the text and returns the value, or raises ValueError with what is wrong about it (which may be
nothing more than "" where the description of the setting says it all).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import os
import re
from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from feeder.errors import QueryError
from feeder.model import Quiet, Rate, Rhythm, TopicKind
from feeder.topics import parse

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_SECRET_FILE_BYTES = 64 * 1024


def duration(text: str) -> float:
    """Seconds of "90s", "5m", "1.5h", "1d"."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?) ?([smhd])", text, re.ASCII)
    if match is None:
        raise ValueError
    return float(Decimal(match[1]) * _SECONDS[match[2]])


def written_duration(seconds: float) -> str:
    """The text that `duration` reads so, in the largest unit that leaves no fraction."""
    unit = next((unit for unit in ("d", "h", "m") if seconds % _SECONDS[unit] == 0), "s")
    return f"{seconds / _SECONDS[unit]:.10g}{unit}"


def size(text: str) -> int:
    """Bytes of "500 kB", "20 MB", "1.5 GiB" (kB is 1000, KiB 1024)."""
    match = re.fullmatch(r"(\d{1,12}(?:\.\d{1,3})?) ?([kmg]?i?)b", text.lower(), re.ASCII)
    if match is None or match[2] not in _BYTES:
        raise ValueError
    return int(Decimal(match[1]) * _BYTES[match[2]])


def zone(name: str) -> ZoneInfo:
    """A zone of the IANA database, "UTC" or "Europe/Berlin"."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError from None


def name(text: str) -> str:
    """A name on one line, blanks folded."""
    folded = " ".join(text.split())
    if not folded or len(folded) > 200 or not folded.isprintable():
        raise ValueError
    return folded


def contact(text: str) -> str:
    """What may stand in the comment of a User-Agent header: printable ASCII without brackets."""
    if len(text) > 200 or re.fullmatch(r"[!-'*-\[\]-~ ]*", text, re.ASCII) is None:
        raise ValueError
    return text.strip()


def address(text: str) -> str:
    """An absolute http or https address without a user name, a fragment or blanks."""
    if not text.isprintable() or " " in text:
        raise ValueError("it has blanks or invisible characters")
    parts = urlsplit(text)  # raises ValueError for a broken IPv6 host
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError
    if parts.username is not None or parts.password is not None:
        raise ValueError("a user name or password does not belong in it")
    if parts.fragment:
        raise ValueError("a '#' part is never sent")
    if parts.port == 0:  # the property raises ValueError for 70000
        raise ValueError("there is no port 0")
    return text


def endpoint_name(url: str) -> str:
    """What an address without a name is called in logs and in the store: host and hash, for its path may be secret."""
    return f"{urlsplit(url).hostname}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def origin(url: str) -> str:
    """Its scheme and host, for people: the rest of a hook's address may be secret."""
    scheme, mark, rest = url.partition("://")
    return (scheme + mark + re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2])[:80]


def site_address(text: str) -> str:
    """An address that paths are added to; without its last slash."""
    if urlsplit(address(text)).query:
        raise ValueError("a '?' part has no place here")
    return text.rstrip("/")


def authority(text: str) -> str:
    """The tagging entity of RFC 4151: a domain name or mail address, a comma, a date on which it was the owner's."""
    label = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
    form = rf"(?:[a-z0-9._-]+@)?{label}(?:\.{label})*,(\d{{4}})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?"
    if len(text) > 200 or re.fullmatch(form, text, re.ASCII) is None:
        raise ValueError
    return text


def language(text: str) -> str:
    """A BCP 47 tag, by its form."""
    if re.fullmatch(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", text, re.ASCII) is None:
        raise ValueError
    return text


def query(text: str) -> str:
    """A query of feeder.topics, as it is written."""
    try:
        parse(text)
    except QueryError as error:
        raise ValueError(str(error)) from None
    return text


def feeds(text: str) -> str:
    """The address of a feed below feeds/, without its end; "show/*" is every feed of a show."""
    kinds = "|".join(kind for kind in TopicKind if kind is not TopicKind.ALL)
    if re.fullmatch(rf"all|(?:{kinds})/(?:[*]|[a-z0-9-]{{1,100}})", text) is None:
        raise ValueError
    return text


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = r"([01]?\d|2[0-3]):([0-5]\d)"


def rhythm(text: str) -> Rhythm | None:
    """ "daily at 08:00 Europe/Berlin", "weekly on friday at 17:30 UTC"; None for "at once"."""
    folded = " ".join(text.split())
    if folded.lower() in ("at once", "immediate", "immediately"):
        return None
    match = re.fullmatch(rf"(?:daily|weekly on (\w+)) at {_TIME} (\S+)", folded, re.ASCII | re.IGNORECASE)
    if match is None or (match[1] is not None and match[1].lower() not in _WEEKDAYS):
        raise ValueError
    weekday = None if match[1] is None else _WEEKDAYS.index(match[1].lower())
    return Rhythm(at=time(int(match[2]), int(match[3])), zone=_known_zone(match[4]), weekday=weekday)


def quiet(text: str) -> Quiet:
    """ "22:00 to 07:00 Europe/Berlin"."""
    match = re.fullmatch(rf"{_TIME}(?: to |-){_TIME} (\S+)", " ".join(text.split()), re.ASCII)
    if match is None:
        raise ValueError
    start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if start == end:
        raise ValueError("they begin and end at the same time")
    return Quiet(start=start, end=end, zone=_known_zone(match[5]))


def written_rhythm(rhythm: Rhythm) -> str:
    """The text that means it."""
    day = "daily" if rhythm.weekday is None else f"weekly on {_WEEKDAYS[rhythm.weekday]}"
    return f"{day} at {rhythm.at:%H:%M} {rhythm.zone.key}"


def written_quiet(hours: Quiet) -> str:
    """The text that means them."""
    return f"{hours.start:%H:%M} to {hours.end:%H:%M} {hours.zone.key}"


def rate(text: str) -> Rate:
    """ "30 in 1m": at most so many messages in any such time."""
    match = re.fullmatch(r"(\d{1,6}) in (.+)", " ".join(text.split()), re.ASCII)
    if match is None:
        raise ValueError
    number, seconds = int(match[1]), duration(match[2])
    if not number or not 1 <= seconds <= 86400:
        raise ValueError
    return Rate(messages=number, seconds=seconds)


def _known_zone(name: str) -> ZoneInfo:
    try:
        return zone(name)
    except ValueError:
        raise ValueError(f"there is no time zone {name!r}") from None


def network(text: str) -> str:
    """A CIDR, in its canonical form."""
    return str(ipaddress.ip_network(text))


def signature_key(text: str, *, folder: Path, environment: Mapping[str, str] = os.environ) -> tuple[str, bytes]:
    """("v1", HMAC key) of "whsec_...", ("v1a", ed25519 seed) of "whsk_..."; or of what "${NAME}" or "file:path"
    (relative to `folder`) lead to.

    An HMAC key has 24..64 bytes, as Standard Webhooks 1.0.0 asks. No error repeats any part of a secret.
    """
    found, what = _referred(text, folder, environment)
    if found.startswith("whsk_"):
        return "v1a", _seed(found, what)
    return "v1", _key(found, what)


def hidden(text: str, *, folder: Path, environment: Mapping[str, str] = os.environ) -> str:
    """A password, token or secret address that is written there, or that the reference leads to."""
    found, what = _referred(text, folder, environment)
    if not found or not found.isprintable():
        raise ValueError(f"{what} is empty or no printable text")
    return found


def mail_address(text: str) -> str:
    """One address of RFC 5321, without a name or comments."""
    local, at, domain = text.rpartition("@")
    dots = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    if not at or len(text) > 254 or re.fullmatch(dots, local, re.ASCII) is None:
        raise ValueError
    if re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", domain, re.ASCII) is None:
        raise ValueError
    return text


def mail_server(text: str) -> str:
    """ "smtps://host", "smtp://host:587" (with STARTTLS) or "smtp+plain://host": a host, a port or none, no more."""
    parts = urlsplit(text)
    if parts.scheme not in ("smtps", "smtp", "smtp+plain") or not parts.hostname or "@" in parts.netloc:
        raise ValueError
    if parts.path.strip("/") or parts.query or parts.fragment or parts.port == 0:
        raise ValueError
    return f"{parts.scheme}://{parts.netloc}"


def apprise_address(text: str) -> str:
    """A URL of Apprise, whose services have schemes of their own."""
    from feeder.alerts.channels.apprise import fault

    if re.fullmatch(r"[a-z][a-z0-9]*://\S+", text, re.ASCII) is None:
        raise ValueError
    if wrong := fault(text):
        raise ValueError(wrong)
    return text


def chat(text: str) -> str:
    """Of Telegram: a number, negative of a group, or the public name of a channel."""
    if re.fullmatch(r"-?\d{1,20}|@[A-Za-z]\w{3,40}", text, re.ASCII) is None:
        raise ValueError
    return text


def bot_token(text: str) -> str:
    """Of Telegram, as the BotFather gives it."""
    if re.fullmatch(r"\d{1,20}:[A-Za-z0-9_-]{20,100}", text, re.ASCII) is None:
        raise ValueError("it does not look like a token of a bot")
    return text


#: What `feeder password` prints: scrypt (RFC 7914), log2 of its cost, block size, lanes, salt and key in base64.
PASSWORD_HASH = re.compile(r"scrypt:(1[4-7]):8:1:([A-Za-z0-9+/=]{20,}):([A-Za-z0-9+/=]{40,})", re.ASCII)
_TOKEN_LENGTH = 24


def password(text: str, *, folder: Path, environment: Mapping[str, str] = os.environ) -> str:
    """The hash that is written there, or that the reference leads to. No error repeats any part of it."""
    found, what = _referred(text, folder, environment)
    if not PASSWORD_HASH.fullmatch(found):
        raise ValueError(f"{what} is no hash of a password; `feeder password` makes one")
    return found


def token(text: str, *, folder: Path, environment: Mapping[str, str] = os.environ) -> str:
    """The token that is written there, or that the reference leads to. No error repeats any part of it."""
    found, what = _referred(text, folder, environment)
    if len(found) < _TOKEN_LENGTH or not found.isascii() or not found.isprintable() or " " in found:
        raise ValueError(f"{what} is not {_TOKEN_LENGTH} or more characters of ASCII without blanks")
    return found


def _referred(text: str, folder: Path, environment: Mapping[str, str]) -> tuple[str, str]:
    """What "${NAME}" or "file:path" stands for, or the text itself; and how to call it in an error."""
    if match := re.fullmatch(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", text):
        if not (text := environment.get(match[1], "").strip()):
            raise ValueError(f"the environment variable {match[1]} is not set")
        return text, f"the value of {match[1]}"
    if text.startswith("file:"):
        path = folder / text.removeprefix("file:")
        try:
            with path.open("rb") as file:
                content = file.read(_SECRET_FILE_BYTES)
        except OSError as error:
            raise ValueError(f"{path}: {error.strerror}") from None
        return content.decode("ascii", "replace").strip(), f"the content of {path}"
    return text, "it"


def _seed(text: str, what: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix("whsk_"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{what} is not base64 after whsk_") from None
    if len(key) not in (32, 64):  # the seed alone, or with the public key behind it
        raise ValueError(f"{what} holds {len(key)} bytes, not the 32 or 64 of an ed25519 key")
    if find_spec("cryptography") is None:
        raise ValueError("signing with ed25519 needs another package: pip install 'feeder[ed25519]'")
    return key[:32]


def _key(text: str, what: str) -> bytes:
    if not text.startswith("whsec_"):
        raise ValueError(f'{what} does not start with "whsec_" or "whsk_"')
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{what} is not base64 after whsec_") from None
    if not 24 <= len(key) <= 64:
        raise ValueError(f"{what} holds {len(key)} bytes, not 24 to 64")
    return key
