"""An owner changes the looks without touching the program, and is told where a template is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from feeder.errors import TemplateError
from feeder.rendering import FEED_STYLE, Renderer
from tests import builders
from tests.feed_values import SITE

STORED = builders.a_stored_entry()


def a_folder(path: Path, **files: str) -> Path:
    for name, text in files.items():
        (path / f"{name}.html.j2").write_text(text)
    return path


def test_shipped_templates_pass_the_check() -> None:
    Renderer().check()


def test_the_owners_template_wins_and_the_others_stay_feeders_own(tmp_path: Path) -> None:
    renderer = Renderer(a_folder(tmp_path, entry="<p>Mine: {{ article.title }}</p>"))
    renderer.check()
    assert renderer.entry_html(STORED, content="full") == f"<p>Mine: {STORED.entry.title}</p>"
    assert "Screen Notes" in renderer.index_page(site=SITE, topics=(), latest=())


def test_the_owners_style_wins_in_pages_and_feeds(tmp_path: Path) -> None:
    (tmp_path / "page.css").write_text("body { color: teal }\n")
    (tmp_path / "feed.css").write_text("feed { color: teal }\n")
    renderer = Renderer(tmp_path)
    assert "<style>body { color: teal }\n</style>" in renderer.index_page(site=SITE, topics=(), latest=())
    assert renderer.static_files() == {FEED_STYLE: b"feed { color: teal }\n"}


def test_what_an_owners_template_lets_through_is_still_sanitised(tmp_path: Path) -> None:
    template = (
        '<script>1</script><p onclick="x">a</p><img src="https://t.example/x"><a href="/rel">b</a>{{ "<b>"|safe }}c'
    )
    renderer = Renderer(a_folder(tmp_path, entry=template))
    assert renderer.entry_html(STORED, content="full") == '<p>a</p><a rel="noopener noreferrer">b</a>c'


@pytest.mark.parametrize(
    ("template", "line", "message"),
    [
        ("fine\n{% if %}", 2, "Expected an expression"),
        ("fine\n\n{{ titel }}", 3, "'titel' is undefined"),
        ("{{ article.titel }}", 1, "has no attribute 'titel'"),
        ("\n{{ 1 // 0 }}", 2, "zero"),
        ("\n{{ article.title + 1 }}", 2, "concatenate"),
        ("\n{{ article.__class__.__mro__ }}", 2, "unsafe"),
        ("{% macro x() %}\n{{ y }}\n{% endmacro %}\n{{ x() }}", 2, "'y' is undefined"),
        ("\n{{ article.title | nonsense }}", 2, "nonsense"),
    ],
)
def test_a_wrong_template_is_named_with_its_line(tmp_path: Path, template: str, line: int, message: str) -> None:
    folder = a_folder(tmp_path, entry=template)
    with pytest.raises(TemplateError) as caught:
        Renderer(folder).check()
    assert str(caught.value).startswith(f"{folder / 'entry.html.j2'}:{line}: ")
    assert message in str(caught.value)


def test_a_mistake_in_a_branch_that_only_some_entries_take_is_found_by_the_check(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, entry="{% if not entry.tags %}\n{{ oops }}{% endif %}")
    with pytest.raises(TemplateError, match=r":2: 'oops' is undefined"):
        Renderer(folder).check()


def test_a_broken_template_that_nothing_uses_yet_is_found_by_the_check(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, spare="{% for %}")
    with pytest.raises(TemplateError, match=r"spare\.html\.j2:1: "):
        Renderer(folder).check()


def test_an_include_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r'entry\.html\.j2: .*"nowhere\.j2"'):
        Renderer(a_folder(tmp_path, entry='{% include "nowhere.j2" %}')).check()


def test_a_template_that_is_not_in_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "entry.html.j2").write_bytes("Café".encode("latin-1"))
    with pytest.raises(TemplateError, match=r"entry\.html\.j2: not in UTF-8"):
        Renderer(tmp_path)


def test_a_style_that_would_end_its_element_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.css").write_text("</style><script>1</script>")
    with pytest.raises(TemplateError, match=r'page\.css.*"</"'):
        Renderer(tmp_path)


def test_a_folder_of_templates_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no such folder"):
        Renderer(tmp_path / "nowhere")
