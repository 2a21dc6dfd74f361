"""What is kept of an entry tells whether any reader would take it for another one."""

from __future__ import annotations

from feeder.model import Form
from feeder.readers import READERS, Shown, differing, marks
from tests.unit.readers.feeds import NOW, shown


def marked(entry: Shown) -> str:
    return marks(dict.fromkeys(Form, entry))


def test_edits_leave_the_marks_as_they_are() -> None:
    edited = shown(1, title="Else", content="Else", link="https://e.example/", tags=(), updated=NOW)
    assert marked(edited) == marked(shown(1))


def test_another_id_differs_for_everybody() -> None:
    assert differing(marked(shown(1)), marked(shown(1, id="urn:uuid:else"))) == [reader.name for reader in READERS]


def test_another_id_in_one_form_alone_is_noticed() -> None:
    rest = dict.fromkeys(Form, shown(1))
    assert differing(marks(rest), marks(rest | {Form.RSS: shown(1, id="urn:uuid:else")}))


def test_a_reader_that_is_modelled_later_says_nothing_of_earlier_entries() -> None:
    before = " ".join(part for part in marked(shown(1)).split() if not part.startswith("Feedbin"))
    assert differing(before, marked(shown(1))) == []
    assert len(marked(shown(1))) < 200, "it is kept with every entry"
