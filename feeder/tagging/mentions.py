"""The learned mention model: which spans of an article name a show, a person, a character, ... from the text alone.

How it was made, what it can do and where it errs: training/MODEL_CARD.md.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from feeder.errors import ModelError
from feeder.model import Mention
from feeder.tagging import decoding
from feeder.tagging.features import FLAGS, LABELS, SHAPES, flags, segments, shapes, windows, words
from feeder.tagging.reading import EVENTS, PARTS, ROLES, Reading, Words

if TYPE_CHECKING:
    from feeder.catalog import Hit

SHIPPED = Path(__file__).parent / "model"

NETWORK, TOKENIZER, DESCRIPTION = "mentions.onnx", "tokenizer.json", "mentions.json"

#: No more of a text is analysed: about 10,000 words. What follows in a longer one has no mentions.
MAX_CHARACTERS = 60_000

#: Nor more windows than these, for texts whose every character is a word piece; bounds the time to seconds.
MAX_WINDOWS = 80

_log = logging.getLogger(__name__)

Rows = Sequence[Sequence[float]]


class Said(NamedTuple):
    """What the network says of one window: a row for each piece; in `answers`, one before them for the whole window."""

    labels: Rows  #: probabilities of features.LABELS
    answers: Rows  #: log-odds, reading.ANSWERS each
    plays: Rows  #: twice reading.PARTS numbers


#: ids, shapes, segments and flags of a window's pieces, without marker pieces -> what the network says of them
Network = Callable[[Sequence[int], Sequence[int], Sequence[int], Sequence[Sequence[int]]], Said]


class MentionModel:
    """Finds mentions. The weights (23 MB) are read once, when the first text comes. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._opened: tuple[Any, Network] | None = None

    @classmethod
    def load(cls, folder: Path | None = None) -> MentionModel:
        """The model of that folder, None: the shipped one; raises ModelError where files are missing or do not fit."""
        folder = SHIPPED if folder is None else folder
        for name in (NETWORK, TOKENIZER, DESCRIPTION):
            if not (folder / name).is_file():
                raise ModelError(
                    f"The mention model is incomplete: {folder / name} is missing. Install feeder anew, or point to a "
                    f"folder that holds {NETWORK}, {TOKENIZER} and {DESCRIPTION}."
                )
        _check(folder / DESCRIPTION)
        return cls(folder)

    def read(self, text: str, *, headline_end: int, hits: Sequence[Hit] = ()) -> Reading:
        """`headline_end` is where the headline ends in the text, 0 for none; `hits` are the catalog's, in text order.

        Of texts longer than MAX_CHARACTERS or MAX_WINDOWS the beginning is analysed, and the log says how far.
        """
        tokenizer, network = self._open()
        read = text if len(text) <= MAX_CHARACTERS else text[: _break(text, MAX_CHARACTERS)]
        encoded = tokenizer.encode(read, add_special_tokens=False)
        offsets, ids = encoded.offsets, encoded.ids
        shape, segment, flag = shapes(read, offsets), segments(offsets, headline_end), flags(offsets, hits)
        mentions: list[Mention] = []
        stretches: list[Words] = []
        reached = 0
        for window in islice(windows(read, offsets, headline_end), MAX_WINDOWS):
            pieces = window.pieces
            said = network(
                [ids[i] for i in pieces],
                [shape[i] for i in pieces],
                [segment[i] for i in pieces],
                [flag[i] for i in pieces],
            )
            here = offsets[window.start : window.end]
            groups = words(read, here)
            rows = [said.labels[window.context + first] for first, _ in groups]
            mentions += _mentions(read, here, groups, rows)
            stretches.append(_words(here, groups, rows, said, window.context))
            reached = window.end
        if reached < len(offsets) or len(read) < len(text):
            end = offsets[reached - 1][1] if reached else 0
            _log.warning("a text of %d characters was searched for names up to character %d only", len(text), end)
        return Reading(tuple(mentions), tuple(stretches))

    def _open(self) -> tuple[Any, Network]:
        with self._lock:
            if self._opened is None:
                tokenizer = _tokenizer(self._folder / TOKENIZER)
                ends = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
                self._opened = tokenizer, _network(self._folder / NETWORK, ends)
            return self._opened


Offsets = Sequence[tuple[int, int]]


def _mentions(text: str, offsets: Offsets, groups: Offsets, rows: Rows) -> list[Mention]:
    out: list[Mention] = []
    for span in decoding.spans(rows):
        start, end = offsets[groups[span.first][0]][0], offsets[groups[span.last - 1][1] - 1][1]
        start, end = decoding.trim(text, start, end, span.kind)
        if start < end:
            out.append(
                Mention(kind=span.kind, start=start, end=end, surface=text[start:end], score=round(span.score, 4))
            )
    return out


def _words(offsets: Offsets, groups: Offsets, rows: Rows, said: Said, context: int) -> Words:
    return Words(
        starts=[offsets[first][0] for first, _ in groups],
        end=offsets[-1][1] if offsets else 0,
        kinds=[[row[i] + row[i + 1] for i in range(1, len(LABELS), 2)] for row in rows],
        answers=[said.answers[1 + context + first] for first, _ in groups],
        plays=[said.plays[context + first] for first, _ in groups],
        whole=said.answers[0],
    )


def _break(text: str, limit: int) -> int:
    """The last line end or space before `limit`, or `limit` where there is none near."""
    cut = max(text.rfind("\n", limit - 2000, limit), text.rfind(" ", limit - 200, limit))
    return cut if cut > 0 else limit


def described(precision: str) -> dict[str, object]:
    """What the description beside the weights must say, so that they are read as they were made."""
    return {
        "labels": list(LABELS),
        "shapes": SHAPES,
        "flags": FLAGS,
        "roles": list(ROLES),
        "events": list(EVENTS),
        "parts": PARTS,
        "precision": precision,
        "base": "sentence-transformers/all-MiniLM-L6-v2",
    }


def _check(description: Path) -> None:
    try:
        made_for = json.loads(description.read_text("utf-8"))
        fits = made_for == described(made_for["precision"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"The mention model cannot be used: {description} is unreadable ({error}). Install feeder anew."
        ) from error
    if not fits:
        raise ModelError(
            f"The mention model cannot be used: {description} names other labels or inputs than this version of feeder "
            "knows. Use the model that came with it."
        )


def _tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer  # loaded with the first article only: commands that tag nothing start faster

    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise ModelError(
            f"The mention model cannot be used: {path} is damaged ({error}). Install feeder anew."
        ) from error


def _network(path: Path, ends: tuple[int, int]) -> Network:
    """`ends`: ids of the marker pieces that go before and after a window."""
    import numpy as np  # see _tokenizer
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1  # processes or threads share the cores, not one article's matrices
    options.inter_op_num_threads = 1
    try:
        session = ort.InferenceSession(
            str(path),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],  # a tenth slower fused: that kernel goes one number at a time
        )
    except Exception as error:  # the library's exceptions share no base class
        raise ModelError(
            f"The mention model cannot be used: {path} is damaged ({error}). Install feeder anew."
        ) from error

    def run(ids: Sequence[int], shape: Sequence[int], segment: Sequence[int], flag: Sequence[Sequence[int]]) -> Said:
        raised = np.zeros((1, len(ids) + 2, FLAGS), dtype=np.float32)
        for i, row in enumerate(flag, start=1):
            raised[0, i, list(row)] = 1.0
        inputs = {
            "ids": np.array([[ends[0], *ids, ends[1]]], dtype=np.int64),
            "shapes": np.array([[0, *shape, 0]], dtype=np.int64),
            "segments": np.array([[0, *segment, 0]], dtype=np.int64),
            "flags": raised,
        }
        labels, answers, plays = (out[0] for out in session.run(list(Said._fields), inputs))
        return Said(labels[1:-1].tolist(), answers[:-1], plays[1:-1])  # of the latter few rows are looked at

    return run
