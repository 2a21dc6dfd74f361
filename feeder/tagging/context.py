"""The words around names: masked, lower-case tokens of each sentence, so that deciders see cues and never names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from feeder.tagging.document import Document
from feeder.tagging.spans import Span

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|[^\w\s]")
_LIST_MARKS = frozenset({",", "and", "&", "(", ")", "PER", "CHAR", "as", "plus"})
#: In lists of what the news is of, titles stand in quotes, with their networks and numbers of seasons.
NEWS_LIST_MARKS = _LIST_MARKS | frozenset(
    {";", "or", "nor", "SHOW", "NET", "'", '"', "‘", "’", "“", "”", "9", "99", "the", "'s", "season", "seasons", "both"}
)


@dataclass(frozen=True, slots=True)
class Token:
    word: str  #: lower case, or the kind of the name that stands here ("PER")
    start: int


def masked_tokens(document: Document, spans: Sequence[Span]) -> tuple[tuple[Token, ...], ...]:
    """Tokens by sentence, each name one token."""
    by_sentence: dict[int, list[Span]] = {}
    for span in spans:
        by_sentence.setdefault(document.index(span.start), []).append(span)
    rows = []
    for number, sentence in enumerate(document.sentences):
        tokens: list[Token] = []
        last = sentence.start
        for span in by_sentence.get(number, ()):
            tokens += _plain(document.text, last, span.start)
            tokens.append(Token(span.kind.value, span.start))
            last = span.end
        tokens += _plain(document.text, last, sentence.end)
        rows.append(tuple(tokens))
    return tuple(rows)


def _plain(text: str, start: int, end: int) -> list[Token]:
    if start >= end:
        return []
    return [Token(_word(m[0]), start + m.start()) for m in _TOKEN.finditer(text[start:end])]


def _word(token: str) -> str:
    if token.isdigit():
        return "9999" if len(token) == 4 else "99" if len(token) > 1 else "9"
    return token.lower().replace("’", "'")


def companions(
    rows: Sequence[Sequence[Token]], owner: Mapping[int, int], *, marks: frozenset[str] = _LIST_MARKS
) -> dict[int, set[int]]:
    """Who stands in one list with whom ('A, B and C'), by number. `owner`: the number by the start of a mention.

    `marks`: what may stand between members.
    """
    together: dict[int, set[int]] = {}
    for tokens in rows:
        run: list[int] = []
        for token in (*tokens, Token(".", -1)):
            if token.start in owner:
                run.append(owner[token.start])
            elif token.word not in marks:
                for number in run:
                    together.setdefault(number, set()).update(n for n in run if n != number)
                run = []
    return together


def around(tokens: Sequence[Token], position: int, *, reach: int = 5) -> Iterable[str]:
    """Cues beside the name that starts at `position`: 'L:word', 'R:word' within reach, 'L1:' and 'R1:' right beside it.

    'A:' and 'Z:' are the words before and after the whole list the name stands in.
    """
    at = next((i for i, t in enumerate(tokens) if t.start == position), None)
    if at is None:
        return
    for step, side in ((-1, "L"), (1, "R")):
        previous = ""
        for n in range(1, reach + 1):
            i = at + step * n
            if not 0 <= i < len(tokens):
                if n == 1:
                    yield f"{side}1:^"
                break
            word = tokens[i].word
            if n == 1:
                yield f"{side}1:{word}"
            elif n == 2:
                yield f"{side}2:{previous} {word}"
            yield f"{side}:{word}"
            previous = word
        i = at + step
        while 0 <= i < len(tokens) and tokens[i].word in _LIST_MARKS:
            i += step
        edge = "A" if step < 0 else "Z"
        seen = 0
        while 0 <= i < len(tokens) and seen < 4:
            yield f"{edge}:{tokens[i].word}"
            i += step
            seen += 1
