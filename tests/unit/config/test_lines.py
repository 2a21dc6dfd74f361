"""The line an error names is the line where the owner finds the key."""

from __future__ import annotations

import tomllib

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from feeder.config.lines import key_lines, line_of

TEXT = '''\
# a comment with [brackets] and = signs
top = "x"  # [not.a.table]
[plain]
text = """
[inside] = no
"""
other = 5
"quoted key" = 1
dotted.name = 2
list = [
  "a", # ]
  "b",
]
after = { inline = [1, 2] }

[[rows]]
name = 'one'
[[rows]]

name = "two"
[rows.sub]
deep = 1979-05-27T07:32:00.5Z
'''


def test_keys_are_found_where_they_stand():
    lines = key_lines(TEXT)
    assert tomllib.loads(TEXT)["rows"][1]["sub"]  # the text is what it claims to be
    assert {path: lines[path] for path in lines if len(path) > 1} == {
        ("plain", "text"): 4,
        ("plain", "other"): 7,
        ("plain", "quoted key"): 8,
        ("plain", "dotted"): 9,
        ("plain", "dotted", "name"): 9,
        ("plain", "list"): 10,
        ("plain", "after"): 14,
        ("rows", 0): 16,
        ("rows", 0, "name"): 17,
        ("rows", 1): 18,
        ("rows", 1, "name"): 20,
        ("rows", 1, "sub"): 21,
        ("rows", 1, "sub", "deep"): 22,
    }
    assert (lines[("top",)], lines[("plain",)], lines[("rows",)]) == (2, 3, 16)


def test_what_is_not_written_down_is_looked_for_in_its_table():
    lines = key_lines(TEXT)
    assert line_of(("plain", "after", "inline", 1), lines) == 14
    assert line_of(("rows", 1, "missing"), lines) == 18
    assert line_of(("nowhere",), lines) == 1


_keys = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=8)
_values = st.one_of(st.integers(-9, 9), st.booleans(), st.text(max_size=20), st.lists(st.text(max_size=5), max_size=3))
_tables = st.dictionaries(_keys, _values, max_size=4)


@given(st.dictionaries(_keys, st.one_of(_values, _tables, st.lists(_tables, min_size=1, max_size=3)), max_size=4))
def test_every_key_of_every_toml_file_has_a_line_that_holds_it(data):
    text = tomlkit.dumps(data)
    found = key_lines(text)
    written = text.split("\n")
    for path, value in _paths(tomllib.loads(text)):
        assert path in found, (path, text)
        if not isinstance(path[-1], int) and not isinstance(value, (dict, list)):
            line = written[found[path] - 1]
            assert "=" in line
            assert tomlkit.key(path[-1]).as_string() in line or tomlkit.key([path[-1]]).as_string() in line


def _paths(table, here=()):
    for key, value in table.items():
        path = (*here, key)
        yield path, value
        if isinstance(value, dict):
            yield from _paths(value, path)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, row in enumerate(value):
                yield (*path, number), row
                yield from _paths(row, (*path, number))
