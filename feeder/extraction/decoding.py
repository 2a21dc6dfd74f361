"""Bytes to text: byte order mark, then what the file declares, then UTF-8, then detection."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from feeder.errors import NotAnArticle
from feeder.text import clean

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16's does, so it comes first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x7fELF",
    b"{\\rtf",
    b"RIFF",
)
_SAMPLE = 1 << 16  # bytes that tell an encoding as well as all of them
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CONTROLS_ALLOWED = 0.01
_BROKEN_ALLOWED = 0.05
_WHOLE_FOR_BROKEN = 2  # sequences of UTF-8 that must be whole for each that is not

# what single bytes mean in the languages written with them; in this order where several fit equally
_DETECTED = [
    *("cp1252", "mac_roman", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
]
# WHATWG Encoding: pages that say these mean Windows-1252
_MEANS_CP1252 = frozenset(("ascii", "us-ascii", "iso8859-1", "iso-8859-1", "latin-1", "latin1"))


def decode(content: bytes, *, declared: str | None = None) -> str:
    """The text of a file, cleaned. Raises NotAnArticle('binary') for what is no text in any encoding."""
    sample = content[:_SAMPLE]
    if sample.startswith(_SIGNATURES):
        raise NotAnArticle("binary", "is not text although its name says so")
    text = _decode(content, sample, declared)
    controls = len(re.findall(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]", text[:_SAMPLE]))
    if controls > max(2, _BROKEN_ALLOWED * len(text[:_SAMPLE])):
        raise NotAnArticle("binary", "is not text in any encoding feeder knows")
    return clean(text)


def _decode(content: bytes, sample: bytes, declared: str | None) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")  # these take the mark off
    wide = _wide(sample)
    if wide is not None:
        return content.decode(wide, "replace")
    if len(_CONTROLS.findall(sample)) > _CONTROLS_ALLOWED * len(sample):
        raise NotAnArticle("binary", "is not text although its name says so")
    codec = _codec(declared)
    # a browser saves as UTF-8 and leaves the page's old declaration in place; a single-byte encoding can read anything,
    # so its declaration proves nothing against UTF-8
    readers = (_utf8, _strictly(codec)) if codec in _DETECTED else (_strictly(codec), _utf8)
    for reader in readers:
        text = reader(content)
        if text is not None:
            return text
    return content.decode(_detect(sample), "replace")


def _strictly(codec: str | None) -> Callable[[bytes], str | None]:
    def read(content: bytes) -> str | None:
        try:
            return content.decode(codec) if codec else None
        except UnicodeError:
            return None

    return read


def _utf8(content: bytes) -> str | None:
    """UTF-8, also where it is cut off or damaged in places: other encodings hardly ever form its sequences."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = len(text) - len(text.encode("ascii", "ignore")) - broken
    return text if not broken or whole >= _WHOLE_FOR_BROKEN * broken or _is_strict(content) else None


def _is_strict(content: bytes) -> bool:
    return _strictly("utf-8")(content) is not None  # a file may well hold U+FFFD as such


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: in Western text every other byte is zero."""
    pairs = len(sample) // 2
    if not pairs:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.6 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.6 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return None


def _codec(declared: str | None) -> str | None:
    """Python's name for a declared encoding; None for one it does not know or that does not make text."""
    if not declared:
        return None
    name = declared.strip().lower()
    if name in _MEANS_CP1252:
        return "cp1252"
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # UTF-16 without a mark was looked for already: a page that says so in ASCII is not in it
    is_text = getattr(info, "_is_text_encoding", True) and not info.name.startswith(("utf-16", "utf-32"))
    escapes = info.name in ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf-7", "undefined")
    return None if escapes or not is_text else "cp1252" if info.name == "iso8859-1" else info.name.replace("-", "_")


def _detect(sample: bytes) -> str:
    # costs 60 ms to import, and nearly every file is UTF-8
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample, cp_isolation=_DETECTED).best()
    if best is None:
        return "cp1252"
    alike = {best.encoding, *best.could_be_from_charset}
    return next((encoding for encoding in _DETECTED if encoding in alike), best.encoding)
