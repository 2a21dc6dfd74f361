"""Readers poll day and night: they get whole feeds, of the right type, and only when something changed."""

from __future__ import annotations

import gzip
import os
import threading
import time
from email.utils import formatdate, parsedate_to_datetime

import brotli
import pytest
import zstandard

from tests.unit.web.conftest import FEED, LONG_AGO, Site

ATOM = "/feeds/all.atom"


# --- what is served ---


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_feed_that_was_renamed_leads_its_readers_to_the_new_address(site: Site, method: str) -> None:
    reply = site.ask("/feeds/topic/old.atom", method=method)
    assert (reply.status, reply.headers["location"]) == (301, "https://feeds.example.org/tv/feeds/topic/new.atom")
    assert (method == "HEAD") == (reply.body == b"")


def test_a_feed_that_was_removed_is_gone_and_others_were_never_there(site: Site) -> None:
    assert site.ask("/feeds/topic/gone.atom").status == 410
    assert site.ask("/feeds/topic/never.atom").status == 404


def test_a_feed_that_is_there_again_is_served_whatever_is_said_of_its_address(site: Site) -> None:
    site.write("feeds/topic/gone.atom", FEED)
    assert site.ask("/feeds/topic/gone.atom").body == FEED


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("feeds/show/gilmore-girls.atom", "application/atom+xml; charset=utf-8"),
        ("feeds.opml", "text/x-opml; charset=utf-8"),
        ("topics/all.html", "text/html; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("icon.png", "image/png"),
        ("feeds/all.json", "application/feed+json"),
        ("feeds/all.rss", "application/rss+xml; charset=utf-8"),
    ],
)
def test_each_file_has_its_media_type(site: Site, path: str, media_type: str) -> None:
    if media_type == "image/svg+xml":
        media_type = "image/svg+xml; charset=utf-8"
    site.write(path, b"data")
    reply = site.ask("/" + path)
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, b"data", media_type)


def test_the_root_is_the_index_page(site: Site) -> None:
    assert site.ask("/").body == site.ask("/index.html").body == b"<!doctype html><title>Feeds</title>"


def test_a_query_changes_nothing(site: Site) -> None:
    assert site.ask(ATOM + "?utm_source=x&n=1").body == FEED


def test_head_is_get_without_the_body(site: Site) -> None:
    get, head = site.ask(ATOM), site.ask(ATOM, method="HEAD")
    assert head.body == b""
    assert {k: v for k, v in head.headers.items() if k != "date"} == {
        k: v for k, v in get.headers.items() if k != "date"
    }
    assert head.headers["content-length"] == str(len(FEED))


def test_readers_are_told_how_long_a_feed_is_fresh(site: Site) -> None:
    assert site.ask(ATOM).headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize("path", ["/", ATOM])
def test_nothing_in_an_article_can_run_in_a_browser(site: Site, path: str) -> None:
    headers = site.ask(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]
    assert ("sandbox" in headers["content-security-policy"]) == (path == ATOM)
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_a_page_keeps_the_style_it_brings_and_the_icon_within_it(site: Site) -> None:
    policy = site.ask("/").headers["content-security-policy"]
    assert "style-src 'unsafe-inline'" in policy  # its own policy names the style by its hash, and both hold
    assert "img-src data:" in policy


@pytest.mark.parametrize("path", [ATOM, "/feeds/all.rss"])
def test_a_person_who_opens_a_feed_in_a_browser_sees_it_styled(site: Site, path: str) -> None:
    """Browsers show application/atom+xml and application/rss+xml as source, whatever style they name."""
    site.write("feeds/all.rss", b"<rss/>")
    browser = site.ask(path, Sec_Fetch_Dest="document").headers
    reader = site.ask(path).headers
    assert browser["content-type"] == "application/xml; charset=utf-8"
    assert reader["content-type"].startswith(("application/atom+xml", "application/rss+xml"))
    assert browser["vary"] == reader["vary"] == "accept-encoding, sec-fetch-dest, a-im"
    assert browser["etag"] == reader["etag"]
    assert site.ask(path, Sec_Fetch_Dest="empty").headers["content-type"] == reader["content-type"]


def test_a_reader_that_asks_for_a_part_gets_the_whole(site: Site) -> None:
    reply = site.ask(ATOM, Range="bytes=0-9")
    assert (reply.status, reply.body) == (200, FEED)


# --- only when something changed ---


def test_a_reader_that_has_the_feed_gets_no_body(site: Site) -> None:
    first = site.ask(ATOM)
    again = site.ask(ATOM, If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    for name in ("etag", "cache-control", "vary", "last-modified"):
        assert again.headers[name] == first.headers[name], name
    assert "date" in again.headers
    assert "content-type" not in again.headers
    assert "content-length" not in again.headers


@pytest.mark.parametrize("form", ['"x", {}', "W/{}", "*", '{} , W/"y"', "{plain}", '"{bare}-gzip"', '"{bare};gzip"'])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_tag_is_recognised_in_every_form_readers_and_proxies_send(site: Site, form: str, method: str) -> None:
    etag = site.ask(ATOM).headers["etag"]
    header = form.format(etag, plain=etag, bare=etag.strip('"'))
    assert site.ask(ATOM, method=method, If_None_Match=header).status == 304


def test_an_old_tag_gets_the_new_feed(site: Site) -> None:
    old = site.ask(ATOM).headers["etag"]
    site.write("feeds/all.atom", b"new")
    reply = site.ask(ATOM, If_None_Match=old)
    assert (reply.status, reply.body) == (200, b"new")
    assert reply.headers["etag"] != old


def test_the_same_bytes_keep_their_tag_through_a_rewrite_and_a_restart(site: Site) -> None:
    before = site.ask(ATOM).headers["etag"]
    site.write("feeds/all.atom", FEED, at=LONG_AGO + 60)
    site.write("feeds/copy.atom", FEED)
    assert site.ask(ATOM).headers["etag"] == site.ask("/feeds/copy.atom").headers["etag"] == before


def test_a_date_answers_readers_without_a_tag(site: Site) -> None:
    first = site.ask(ATOM)
    assert first.headers["last-modified"] == "Tue, 15 Jun 2021 12:00:00 GMT"
    assert site.ask(ATOM, If_Modified_Since=first.headers["last-modified"]).status == 304
    assert site.ask(ATOM, If_Modified_Since="Tue, 15 Jun 2021 11:59:59 GMT").status == 200
    assert site.ask(ATOM, If_Modified_Since="last week").status == 200


def test_a_tag_overrules_the_date(site: Site) -> None:
    reply = site.ask(ATOM, If_None_Match='"other"', If_Modified_Since=formatdate(time.time(), usegmt=True))
    assert reply.status == 200
    etag = site.ask(ATOM).headers["etag"]
    assert site.ask(ATOM, If_None_Match=etag, If_Modified_Since=formatdate(0, usegmt=True)).status == 304


def test_a_second_change_within_a_second_is_not_hidden_behind_the_date(site: Site) -> None:
    now = time.time()
    site.write("feeds/all.atom", b"one", at=now)
    first = site.ask(ATOM)
    assert "last-modified" not in first.headers
    assert site.ask(ATOM, If_Modified_Since=formatdate(now, usegmt=True)).status == 200
    assert site.ask(ATOM, If_None_Match=first.headers["etag"]).status == 304


def test_a_date_from_the_future_is_not_repeated(site: Site) -> None:
    site.write("feeds/all.atom", b"x", at=time.time() + 86400)
    reply = site.ask(ATOM)
    if "last-modified" in reply.headers:
        assert parsedate_to_datetime(reply.headers["last-modified"]) <= parsedate_to_datetime(reply.headers["date"])
    assert site.ask(ATOM, If_Modified_Since=formatdate(time.time() + 2 * 86400, usegmt=True)).status == 200


# --- compressed ---


def test_who_accepts_gzip_gets_the_same_feed_smaller(site: Site) -> None:
    plain, zipped = site.ask(ATOM), site.ask(ATOM, Accept_Encoding="gzip")
    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == FEED
    assert int(zipped.headers["content-length"]) == len(zipped.body) < len(FEED) / 2
    assert zipped.headers["etag"] != plain.headers["etag"], "a strong tag is of one encoding"
    assert zipped.headers["vary"] == plain.headers["vary"]
    assert "accept-encoding" in plain.headers["vary"]
    assert "content-encoding" not in plain.headers


DECODERS = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
}


@pytest.mark.parametrize("coding", DECODERS)
def test_each_coding_has_the_same_feed_a_tag_of_its_own_and_its_own_304(site: Site, coding: str) -> None:
    reply = site.ask(ATOM, Accept_Encoding=f"{coding}, x;q=0.1")
    assert reply.headers["content-encoding"] == coding
    assert DECODERS[coding](reply.body) == FEED
    tags = {it: site.ask(ATOM, Accept_Encoding=it).headers["etag"] for it in ("identity", *DECODERS)}
    assert len(set(tags.values())) == 4
    for tag in tags.values():
        again = site.ask(ATOM, Accept_Encoding=coding, If_None_Match=f'"x", {tag}')
        assert (again.status, again.headers["etag"]) == (304, tag), "whichever it has, it has this version"


def test_who_takes_any_coding_gets_the_smallest(site: Site) -> None:
    lengths = {it: len(site.ask(ATOM, Accept_Encoding=it).body) for it in DECODERS}
    smallest = min(lengths.values())
    assert len(site.ask(ATOM, Accept_Encoding="gzip, deflate, br, zstd").body) == smallest
    assert len(site.ask(ATOM, Accept_Encoding="*").body) == smallest
    weighed = site.ask(ATOM, Accept_Encoding="br;q=0.2, gzip;q=0.9, zstd;q=0")
    assert weighed.headers["content-encoding"] == "gzip"


def test_the_compressed_feed_has_its_own_304_and_a_plain_one_is_kept(site: Site) -> None:
    zipped = site.ask(ATOM, Accept_Encoding="gzip").headers["etag"]
    plain = site.ask(ATOM).headers["etag"]
    for tag in (zipped, plain):
        reply = site.ask(ATOM, Accept_Encoding="gzip", If_None_Match=tag)
        assert (reply.status, reply.headers["etag"], reply.body) == (304, tag, b"")
    star = site.ask(ATOM, Accept_Encoding="gzip", If_None_Match="*")
    assert (star.status, star.headers["etag"]) == (304, zipped)


def test_tiny_and_already_compressed_files_go_as_they_are(site: Site) -> None:
    site.write("icon.png", bytes(5000))
    for path in ("/", "/icon.png"):
        assert "content-encoding" not in site.ask(path, Accept_Encoding="gzip").headers
    assert "vary" not in site.ask("/icon.png").headers


def test_compressed_bytes_are_the_same_after_every_start(site: Site) -> None:
    first = site.ask(ATOM, Accept_Encoding="gzip").body
    site.write("feeds/all.atom", FEED, at=LONG_AGO + 100)
    assert site.ask(ATOM, Accept_Encoding="gzip").body == first


# --- the conditional-request matrix ---

HELD = {
    "no tag": (None, None),
    "its tag": ("{own}", True),
    "its tag, weakened by a proxy": ("W/{own}", True),
    "the tag of another coding": ("{other}", True),
    "a proxy's tag": ('"{plain}-gzip"', True),
    "one of many": ('"a", {own} , W/"b"', True),
    "any": ("*", True),
    "an old tag": ('"0123"', False),
    "nonsense": ("W/, ,", False),
}
DATES = {
    "no date": (None, None),
    "the date": ("Tue, 15 Jun 2021 12:00:00 GMT", True),
    "a later date": ("Tue, 15 Jun 2021 12:00:01 GMT", True),
    "an earlier date": ("Tue, 15 Jun 2021 11:59:59 GMT", False),
    "no such date": ("Tue, 32 Jun 2021 12:00:00 GMT", False),
}


@pytest.mark.parametrize("held", HELD)
def test_every_mixture_of_tag_date_coding_and_method_is_answered_as_rfc_9110_says(site: Site, held: str) -> None:
    whole = {coding: site.ask(ATOM, Accept_Encoding=coding) for coding in ("identity", *DECODERS)}
    header, holds = HELD[held]
    for coding, full in whole.items():
        other = whole["br" if coding == "gzip" else "gzip"].headers["etag"]
        tags = {"own": full.headers["etag"], "other": other, "plain": whole["identity"].headers["etag"].strip('"')}
        for date, unchanged in DATES.values():
            sent = {"Accept_Encoding": coding}
            sent |= {"If_None_Match": header.format(**tags)} if header else {}
            sent |= {"If_Modified_Since": date} if date else {}
            for method in ("GET", "HEAD"):
                reply = site.ask(ATOM, method=method, **sent)
                expected = 304 if (unchanged if holds is None else holds) else 200
                assert reply.status == expected, (sent, method)
                for name in ("cache-control", "vary", "last-modified", "x-content-type-options"):
                    assert reply.headers[name] == full.headers[name], (name, sent)
                if expected == 200:
                    assert reply.headers["etag"] == full.headers["etag"]
                    assert reply.headers["content-length"] == str(len(full.body))
                    assert reply.body == (full.body if method == "GET" else b"")
                else:
                    assert reply.headers["etag"] in {it.headers["etag"] for it in whole.values()}
                    assert not {"content-type", "content-length", "content-encoding"} & reply.headers.keys()
                    assert reply.body == b""


# --- only what is new (RFC 3229) ---


def versions(site: Site, *entries: bytes) -> str:
    """Publish a feed of these entries; its tag, as a reader gets it."""
    body = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>' + b"".join(entries) + b"</feed>"
    site.write("feeds/news.atom", body)
    return site.ask("/feeds/news.atom").headers["etag"]


ONE, TWO, THREE = (f"<entry><id>{n}</id>{'x' * 300}</entry>".encode() for n in (1, 2, 3))


def test_a_reader_that_knows_deltas_gets_only_what_is_new(site: Site) -> None:
    old = versions(site, ONE)
    versions(site, TWO, ONE)
    new = versions(site, THREE, TWO, ONE)
    reply = site.ask("/feeds/news.atom", A_IM="vcdiff, feed", If_None_Match=f'W/"other", {old}')
    assert (reply.status, reply.headers["im"], reply.headers["etag"]) == (226, "feed", new)
    assert reply.headers["delta-base"] == old
    assert ONE not in reply.body
    assert TWO in reply.body
    assert THREE in reply.body
    assert reply.headers["cache-control"] == "public, no-store, im"
    assert "a-im" in reply.headers["vary"]
    assert reply.headers["content-length"] == str(len(reply.body))
    head = site.ask("/feeds/news.atom", method="HEAD", A_IM="feed", If_None_Match=old)
    assert (head.status, head.body) == (226, b"")
    assert site.ask("/feeds/news.atom", A_IM="feed", If_None_Match=new).status == 304


@pytest.mark.parametrize("a_im", ["", "vcdiff", "feed;q=0", "feeds"])
def test_others_get_the_whole_feed(site: Site, a_im: str) -> None:
    old = versions(site, ONE)
    versions(site, TWO, ONE)
    reply = site.ask("/feeds/news.atom", A_IM=a_im, If_None_Match=old)
    assert reply.status == 200
    assert ONE in reply.body
    assert TWO in reply.body


def test_who_has_nothing_that_is_remembered_gets_the_whole_feed(site: Site) -> None:
    versions(site, TWO, ONE)
    for tag in ('"never"', "", "*"):
        reply = site.ask("/feeds/news.atom", A_IM="feed", **({"If_None_Match": tag} if tag else {}))
        assert reply.status == (304 if tag == "*" else 200)


# --- what is not served ---

NOT_THERE = [
    "/nothing.atom",
    "/feeds",
    "/feeds/",
    "//",
    "/feeds//all.atom",
    "/./index.html",
    "/../secret.html",
    "/feeds/../../secret.html",
    "/feeds/../index.html",
    "/%2e%2e/secret.html",
    "/%2e%2e%2fsecret.html",
    "/..%2fsecret.html",
    "/%2e/index.html",
    "/..%5csecret.html",
    "/..\\secret.html",
    "/%252e%252e/secret.html",
    "/%c0%ae%c0%ae/secret.html",
    "/index.html%00",
    "/index.html%00.atom",
    "/%00",
    "/feeds/all.atom%0a",
    "/index.html%20",
    "/index.html/",
    "/index.html/x.atom",
    "/INDEX.HTML",
    "/.tmp-index.html",
    "/feeds/.tmp-all.atom",
    "/.git/config",
    "/feeder.sqlite",
    "/link.html",
    "/pipe.html",
    "/folder.html",
    "/" + "a" * 10_000 + ".atom",
    "/" + "a/" * 5_000 + "x.atom",
    "/" + "%2e%2e/" * 2000 + "etc/passwd",
    "/etc/passwd",
    "/%ff%fe.atom",
    "/café.atom".encode().decode("latin-1"),
    "/con.atom:stream",
    "/~root/x.html",
]


@pytest.mark.parametrize("path", NOT_THERE, ids=lambda p: p[:40].encode("unicode_escape").decode())
def test_everything_else_is_not_there(site: Site, path: str) -> None:
    for name in (".tmp-index.html", "feeds/.tmp-all.atom", "feeder.sqlite", ".git/config"):
        (site.public / name).parent.mkdir(exist_ok=True)
        (site.public / name).write_text("PLANTED")
    (site.public / "link.html").symlink_to(site.public.parent / "secret.html")
    (site.public / "folder.html").mkdir()
    os.mkfifo(site.public / "pipe.html")
    answer = site.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode("latin-1"))
    status = int(answer.split(b" ", 2)[1])
    assert status in ((404,) if path.isascii() and "\\" not in path else (404, 400))
    assert b"PLANTED" not in answer


def test_a_missing_file_says_so_in_plain_words(site: Site) -> None:
    reply = site.ask("/nothing.atom", If_None_Match="*")
    assert reply.status == 404
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nobody_can_do_anything_but_read(site: Site, method: str) -> None:
    reply = site.ask(ATOM, method=method)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")
    assert site.ask(ATOM).body == FEED


def test_a_removed_feed_is_gone_at_once(site: Site) -> None:
    assert site.ask(ATOM).status == 200
    (site.public / "feeds/all.atom").unlink()
    assert site.ask(ATOM).status == 404


# --- while feeds are being rewritten ---


def test_a_reader_gets_the_whole_old_or_the_whole_new_feed(site: Site) -> None:
    versions = {bytes([n]) * 200_000 for n in range(65, 75)}
    site.write("feeds/all.atom", b"A" * 200_000)
    stop, torn, tags = threading.Event(), list[bytes](), dict[bytes, set[str]]()

    def read() -> None:
        while not stop.is_set():
            reply = site.ask(ATOM)
            tags.setdefault(reply.body[:1], set()).add(reply.headers["etag"])
            if reply.body not in versions or int(reply.headers["content-length"]) != len(reply.body):
                torn.append(reply.body[:20])

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(3):
        for version in sorted(versions):
            site.write("feeds/all.atom", version)
            time.sleep(0.01)
    stop.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert len(tags) > 1
    assert all(len(each) == 1 for each in tags.values())
