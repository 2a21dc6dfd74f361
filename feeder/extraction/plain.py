"""text/plain: a headline if there is one, a few lines of credits, paragraphs."""

from __future__ import annotations

from collections.abc import Sequence

from feeder.errors import NotAnArticle
from feeder.extraction.credits import credit
from feeder.extraction.decoding import decode
from feeder.extraction.draft import Draft
from feeder.extraction.headlines import reads_like_one, stands_above

#: bytes; four times what the longest article may have, so that the rest need not be decoded to be refused
LONGEST_SOURCE = 4_000_000
_TOP = 12  # lines among which headline and credits are looked for
_WRAPPED = 120  # characters; a longer line was not wrapped by hand
_CLOSERS = "\"'”’)]"
_ENDS = (".", "!", "?", "…", ":")


def read_plain(content: bytes) -> Draft:
    if len(content) > LONGEST_SOURCE:
        raise NotAnArticle("too-long", f"{len(content):,} bytes of text; an article is shorter")
    return draft_of_lines(decode(content).split("\n"))


def draft_of_lines(lines: Sequence[str]) -> Draft:
    lines = [line.strip() for line in lines]
    top = [i for i, line in enumerate(lines) if line][:_TOP]
    draft, title, body = Draft(), "", len(lines)
    for n, i in enumerate(top):
        said = credit(lines[i])
        if said is not None:
            draft = draft.completed_by(said)
            continue
        below = lines[top[n + 1]] if n + 1 < len(top) else ""
        if not title and below and not draft.title and _is_headline(lines[i], below, apart=not lines[i + 1]):
            title = lines[i]
            continue
        body = i
        break
    else:
        body = top[-1] + 1 if top else 0
    return Draft(title=title, paragraphs=tuple(paragraphs(lines[body:]))).completed_by(draft)


def _is_headline(line: str, below: str, *, apart: bool) -> bool:
    """`apart`: a blank line follows."""
    if apart or credit(below) is not None:
        return reads_like_one(line)
    return stands_above(line, below)


def paragraphs(lines: Sequence[str]) -> list[str]:
    """Paragraphs are parted by blank lines, or are one line each where lines were not wrapped by hand."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    found: list[str] = []
    for block in blocks:
        if max(map(len, block), default=0) > _WRAPPED or all(line.rstrip(_CLOSERS).endswith(_ENDS) for line in block):
            found.extend(block)
        else:
            found.append(" ".join(block))
    return found
