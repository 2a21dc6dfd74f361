"""The mention model: what it is shown, how its answer becomes spans, and what a reader of articles may count on."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeder.errors import ModelError
from feeder.model import MentionKind
from feeder.tagging import decoding, features, mentions
from feeder.tagging.mentions import MentionModel

HEADLINE = "Harbor Lights Renewed for Season 3 at NBC"
ARTICLE = (
    f"{HEADLINE}\n\n"
    "NBC has picked up “Harbor Lights” for a third season. Dolores Kemp, who stars as Detective Ida Marlowe, "
    "said the renewal came as a surprise.\n\n"
    "Kemp’s co-star Renée O’Donnell will be back too, showrunner Percy Falk told TVLine. The drama premiered in 2024.\n"
)


@pytest.fixture(scope="module")
def model() -> MentionModel:
    return MentionModel.load()


def _pieces(text: str) -> list[tuple[int, int]]:
    """Offsets as a tokenizer gives them: words in pieces of up to four characters, all other marks alone."""
    out: list[tuple[int, int]] = []
    i = 0
    while i < len(text):
        j = i + 1
        if text[i].isalnum():
            while j < len(text) and text[j].isalnum() and j - i < 4:
                j += 1
        if not text[i].isspace():
            out.append((i, j))
        i = j
    return out


texts = st.text(alphabet=st.sampled_from("aB1é “.'\n-"), max_size=400)


class TestWhatTheModelIsShown:
    def test_a_word_counts_with_its_own_case_however_it_is_cut(self) -> None:
        text = "NBC picked up McFadden in 2024"
        cases = dict(zip([text[a:b] for a, b in _pieces(text)], features.shapes(text, _pieces(text)), strict=True))
        assert cases["pick"] == cases["ed"] == 1
        assert cases["McFa"] == cases["dden"] == 4
        assert cases["2024"] == 5
        assert cases["NBC"] == 3 + 8  # begins the line

    def test_the_first_word_of_each_paragraph_is_seen_as_such(self) -> None:
        text = "One two\n\nThree four"
        assert [s >= 8 for s in features.shapes(text, _pieces(text))] == [True, False, True, True, False]

    @given(texts, st.integers(2, 40), st.integers(0, 10), st.integers(0, 60))
    def test_every_piece_of_a_text_is_analysed_exactly_once(
        self, text: str, limit: int, headline: int, end: int
    ) -> None:
        offsets = _pieces(text)
        cut = list(features.windows(text, offsets, end, limit=limit, headline=headline))
        assert [i for w in cut for i in range(w.start, w.end)] == list(range(len(offsets)))
        assert all(w.end - w.start <= limit and w.context <= headline for w in cut)

    def test_a_long_text_is_cut_between_paragraphs_and_read_under_its_headline(self) -> None:
        text = "Head line\n\n" + "\n".join("one two three four five" for _ in range(20))
        cut = list(features.windows(text, _pieces(text), 9, limit=30))
        assert len(cut) > 1
        for before, here in pairwise(cut):
            offsets = _pieces(text)
            assert "\n" in text[offsets[before.end - 1][1] : offsets[here.start][0]]
            assert here.context == len(_pieces("Head line"))

    @given(texts)
    def test_words_are_made_of_all_pieces_in_order(self, text: str) -> None:
        offsets = _pieces(text)
        groups = features.words(text, offsets)
        assert [i for a, b in groups for i in range(a, b)] == list(range(len(offsets)))
        for a, b in groups:
            word = text[offsets[a][0] : offsets[b - 1][1]]
            assert b - a == 1 or word.isalnum()


def _row(**chances: float) -> list[float]:
    """Label probabilities: `_row(B_SHOW=0.9)`; the rest is shared evenly."""
    given_ = {name.replace("_", "-"): p for name, p in chances.items()}
    rest = (1 - sum(given_.values())) / (len(features.LABELS) - len(given_))
    return [given_.get(label, rest) for label in features.LABELS]


class TestFromProbabilitiesToSpans:
    def test_a_title_is_held_together_although_one_word_leans_elsewhere(self) -> None:
        rows = [_row(B_SHOW=0.9), _row(I_FILM=0.5, I_SHOW=0.45), _row(I_SHOW=0.9), _row(O=0.9)]
        (span,) = decoding.spans(rows)
        assert (span.kind, span.first, span.last) == (MentionKind.SHOW, 0, 3)
        assert 0.5 < span.score < 0.9

    def test_two_names_side_by_side_stay_two(self) -> None:
        rows = [_row(B_PER=0.9), _row(I_PER=0.9), _row(B_PER=0.9), _row(I_PER=0.8)]
        assert [(s.first, s.last) for s in decoding.spans(rows)] == [(0, 2), (2, 4)]

    def test_no_words_no_spans(self) -> None:
        assert decoding.spans([]) == []

    @given(st.lists(st.lists(st.floats(0, 1), min_size=19, max_size=19), max_size=12))
    def test_whatever_the_model_says_labels_are_a_legal_sequence(self, rows: list[list[float]]) -> None:
        path = [features.LABELS[i] for i in decoding.best_labels(rows)]
        assert len(path) == len(rows)
        for before, here in pairwise(["O", *path]):
            if here.startswith("I-"):
                assert before[2:] == here[2:]
        found = decoding.spans(rows)
        assert all(0 <= s.score <= 1 and s.first < s.last for s in found)
        assert all(a.last <= b.first for a, b in pairwise(found))

    @pytest.mark.parametrize(
        ("surface", "kind", "kept"),
        [
            ("“Harbor Lights,”", MentionKind.SHOW, "Harbor Lights"),
            ("Kemp’s", MentionKind.PERSON, "Kemp"),
            ("Grey's", MentionKind.SHOW, "Grey's"),
            ("Robert Downey Jr.", MentionKind.PERSON, "Robert Downey Jr."),
            ("S.W.A.T.", MentionKind.SHOW, "S.W.A.T."),
            ("” ", MentionKind.SHOW, ""),
        ],
    )
    def test_quotes_and_possessives_stay_outside_but_what_belongs_to_a_name_stays_in(
        self, surface: str, kind: MentionKind, kept: str
    ) -> None:
        start, end = decoding.trim(surface, 0, len(surface), kind)
        assert surface[start:end] == kept


class TestTheShippedModel:
    def test_a_plain_renewal_story_gives_its_show_people_character_network_and_outlet(
        self, model: MentionModel
    ) -> None:
        found = {(str(m.kind), m.surface) for m in model.read(ARTICLE, headline_end=len(HEADLINE)).mentions}
        assert {
            ("SHOW", "Harbor Lights"),
            ("PER", "Dolores Kemp"),
            ("PER", "Kemp"),
            ("PER", "Percy Falk"),
            ("NET", "NBC"),
            ("OUT", "TVLine"),
        } <= found
        assert any(kind == "CHAR" and "Marlowe" in surface for kind, surface in found)

    def test_names_with_accents_and_apostrophes_come_back_whole(self, model: MentionModel) -> None:
        assert "Renée O’Donnell" in {m.surface for m in model.read(ARTICLE, headline_end=len(HEADLINE)).mentions}

    @settings(max_examples=25, deadline=None)
    @given(st.text(max_size=200), st.integers(0, 80))
    def test_offsets_are_exact_and_in_order_for_any_text(
        self, model: MentionModel, text: str, headline_end: int
    ) -> None:
        found = model.read(text, headline_end=min(headline_end, len(text))).mentions
        assert all(text[m.start : m.end] == m.surface and m.surface and 0 <= m.score <= 1 for m in found)
        assert all(a.end <= b.start for a, b in pairwise(found))

    @pytest.mark.parametrize("before", ["🎬 ", "한국어 ", "e\u0301\u0301 ", "\ufffd\u200b"])
    def test_emoji_other_scripts_and_combining_marks_shift_no_offset(self, model: MentionModel, before: str) -> None:
        text = before + ARTICLE
        found = model.read(text, headline_end=len(before) + len(HEADLINE)).mentions
        assert any(m.surface == "Dolores Kemp" and text[m.start : m.end] == "Dolores Kemp" for m in found)

    def test_an_empty_text_has_no_mentions(self, model: MentionModel) -> None:
        assert model.read("", headline_end=0).mentions == ()
        assert model.read(" \n\n ", headline_end=0).mentions == ()

    def test_names_in_the_last_paragraph_of_a_long_article_are_found(self, model: MentionModel) -> None:
        filler = "The company had nothing to add when asked about its plans for the coming months.\n\n" * 30
        text = f"{HEADLINE}\n\n{filler}Dolores Kemp stars in the drama.\n"
        assert "Dolores Kemp" in {m.surface for m in model.read(text, headline_end=len(HEADLINE)).mentions}

    def test_a_huge_text_is_read_up_to_a_bound_and_the_log_says_so(
        self, model: MentionModel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(mentions, "MAX_CHARACTERS", 4_000)
        text = ARTICLE * 200
        with caplog.at_level(logging.WARNING, logger="feeder.tagging.mentions"):
            found = model.read(text, headline_end=len(HEADLINE)).mentions
        assert found
        assert max(m.end for m in found) <= 4_000
        assert f"{len(text)} characters" in caplog.text

    def test_a_text_of_nothing_but_marks_stops_at_the_window_bound(
        self, model: MentionModel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(mentions, "MAX_WINDOWS", 2)
        with caplog.at_level(logging.WARNING, logger="feeder.tagging.mentions"):
            model.read("!" * 3_000, headline_end=0)
        assert "up to character 448 only" in caplog.text

    def test_threads_that_meet_at_the_first_article_get_the_same_answer(self) -> None:
        fresh = MentionModel.load()
        answers: list[object] = []
        threads = [
            threading.Thread(target=lambda: answers.append(fresh.read(ARTICLE, headline_end=len(HEADLINE)).mentions))
            for _ in range(3)
        ]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert len(answers) == 3
        assert answers[0] == answers[1] == answers[2]

    def test_it_fits_the_wheel(self) -> None:
        assert sum(p.stat().st_size for p in mentions.SHIPPED.iterdir()) <= 30_000_000

    def test_it_names_the_licence_of_its_base(self) -> None:
        assert "Apache License, Version 2.0" in (mentions.SHIPPED / "NOTICE").read_text("utf-8")


class TestWhenFilesAreWrong:
    def test_missing_weights_are_named(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"mentions\.onnx is missing"):
            MentionModel.load(tmp_path)

    def test_a_model_of_another_version_is_refused_at_once(self, tmp_path: Path) -> None:
        folder = shutil.copytree(mentions.SHIPPED, tmp_path / "model")
        about = json.loads((folder / mentions.DESCRIPTION).read_text("utf-8"))
        about["labels"] = about["labels"][::-1]
        (folder / mentions.DESCRIPTION).write_text(json.dumps(about), "utf-8")
        with pytest.raises(ModelError, match="other labels"):
            MentionModel.load(folder)

    @pytest.mark.parametrize("name", [mentions.NETWORK, mentions.TOKENIZER])
    def test_a_cut_off_file_is_named_when_the_first_article_comes(self, tmp_path: Path, name: str) -> None:
        folder = shutil.copytree(mentions.SHIPPED, tmp_path / "model")
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(ModelError, match="damaged"):
            MentionModel.load(folder).read(ARTICLE, headline_end=len(HEADLINE))

    def test_a_cut_off_description_is_named(self, tmp_path: Path) -> None:
        folder = shutil.copytree(mentions.SHIPPED, tmp_path / "model")
        (folder / mentions.DESCRIPTION).write_text('{"labels": [', "utf-8")
        with pytest.raises(ModelError, match="unreadable"):
            MentionModel.load(folder)


def test_commands_that_tag_nothing_do_not_wait_for_the_model() -> None:
    code = (
        "import sys; from feeder.tagging.mentions import MentionModel; MentionModel.load(); "
        "assert not {'onnxruntime', 'tokenizers'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
