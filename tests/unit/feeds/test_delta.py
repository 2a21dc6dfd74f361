"""Who has an earlier version of a feed can be told only what came since."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeder import feeds
from feeder.model import Form

_HEADS = {
    Form.ATOM: b'<?xml version="1.0"?>\n<!-- <entry> --><feed xmlns="http://www.w3.org/2005/Atom"><title>&lt;entry></title>',
    Form.RSS: b'<?xml version="1.0"?>\n<rss version="2.0"><channel><item-count>2</item-count>',
    Form.JSON: '{"version":"x","title":"\\"items\\":[ Café","items":['.encode(),
}
_ENDS = {Form.ATOM: b"</feed>", Form.RSS: b"</channel></rss>", Form.JSON: b"]}"}


def entry(form: Form, words: str) -> bytes:
    told = json.dumps({"id": words, "content_html": f"<p>{words}</p>"}, ensure_ascii=False).encode()
    text = words.replace("&", "&amp;").replace("<", "&lt;").encode()
    return {
        Form.ATOM: b'<entry a="</entry>"><x><entry>' + text + b"</entry></x></entry>".replace(b"\n", b""),
        Form.RSS: b"<item ><![CDATA[</item>]]>" + text + b"</item >",
        Form.JSON: told,
    }[form].replace(b'"</entry>"', b'"&lt;/entry>"')


def feed(form: Form, entries: list[bytes]) -> bytes:
    return _HEADS[form] + (b"," if form is Form.JSON else b"").join(entries) + _ENDS[form]


@pytest.mark.parametrize("form", Form)
@given(before=st.lists(st.text('ab<&é{["\\', max_size=4)), after=st.lists(st.text('ab<&é{["\\', max_size=4)))
def test_a_delta_is_the_feed_without_what_was_there_before(form: Form, before: list[str], after: list[str]) -> None:
    old, new = ([entry(form, words) for words in it] for it in (before, after))
    known = feeds.fingerprints(form, feed(form, old))
    assert feeds.delta(form, feed(form, new), known) == feed(form, [it for it in new if it not in old])


@pytest.mark.parametrize("form", Form)
def test_a_delta_can_be_read_like_any_feed(form: Form) -> None:
    whole = feed(form, [entry(form, "one"), entry(form, "two"), entry(form, "three")])
    known = feeds.fingerprints(form, feed(form, [entry(form, "two")]))
    delta = feeds.delta(form, whole, known)
    if form is Form.JSON:
        assert [it["id"] for it in json.loads(delta)["items"]] == ["one", "three"]
    else:
        assert b"two" not in etree.tostring(etree.fromstring(delta))
        assert b"three" in delta
