"""What an article says is text: it marks nothing up and rings for nobody, in whatever channel it is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from feeder.alerts.channels import escaping
from feeder.text import one_line

ESCAPES = [escaping.slack, escaping.discord, escaping.mattermost, escaping.telegram]
TEXTS = st.text(st.sampled_from("ab @<>&*_~`|#[]()!\\:/.-+1$\"'{}") | st.characters(exclude_categories=["Cs"])).map(
    one_line
)


@pytest.mark.parametrize("escape", ESCAPES)
@pytest.mark.parametrize("mention", ["@everyone", "@here", "@channel", "@all", "@milo", "<!channel>", "<@U012AB3CD>"])
def test_a_mention_calls_nobody(escape: Callable[[str], str], mention: str) -> None:
    written = escape(f"Hello {mention}, come")
    assert re.search(r"@\w", written) is None
    assert re.search(r"(?<!\\)<[!@]", written) is None


@given(TEXTS)
def test_nothing_ends_a_link_or_a_mention_in_slack(text: str) -> None:
    written = escaping.slack(text)
    assert not {"<", ">"} & set(written)
    assert re.search(r"&(?!amp;|lt;|gt;)", written) is None
    shown = written.replace("\u200b", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert shown == text.replace("\u200b", "")


@given(TEXTS)
def test_what_telegram_reads_as_html_is_the_text_and_no_tag(text: str) -> None:
    tags: list[str] = []
    pieces: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            tags.append(tag)

        def handle_data(self, data: str) -> None:
            pieces.append(data)

    reader = Reader()
    reader.feed(escaping.telegram(text))
    reader.close()
    assert tags == []
    assert "".join(pieces).replace("\u200b", "") == text.replace("\u200b", "")


@pytest.mark.parametrize("escape", [escaping.discord, escaping.mattermost])
@given(text=TEXTS)
def test_what_markdown_reads_is_one_paragraph_of_plain_text(escape: Callable[[str], str], text: str) -> None:
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["strikethrough", "table"]).parse(escape(text))
    inside = [child.type for token in tokens for child in token.children or ()]
    assert set(inside) <= {"text", "text_special"}
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}


def test_a_title_of_markup_stays_readable() -> None:
    title = "Netflix & chill: *NSYNC <live> in 9-1-1_Lone Star"
    assert escaping.telegram(title) == "Netflix &amp; chill: *NSYNC &lt;live&gt; in 9-1-1_Lone Star"
    assert escaping.slack(title).replace("\u200b", "") == "Netflix &amp; chill: *NSYNC &lt;live&gt; in 9-1-1_Lone Star"
    assert escaping.discord(title) == r"Netflix & chill: \*NSYNC \<live\> in 9-1-1\_Lone Star"
