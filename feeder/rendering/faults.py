"""Whatever a template does wrong becomes one error that names its file and line."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from jinja2 import TemplateNotFound, TemplateSyntaxError

from feeder.errors import TemplateError


@contextmanager
def told(name: str, folders: Sequence[Path]) -> Iterator[None]:
    """Raises TemplateError for any exception; `folders` are those that templates may lie in."""
    try:
        yield
    except TemplateSyntaxError as error:
        raise TemplateError(f"{error.filename or error.name or name}:{error.lineno}: {error.message}") from error
    except TemplateNotFound as error:
        raise TemplateError(f'{name}: there is no template "{error.name}" beside it') from error
    except UnicodeDecodeError as error:
        raise TemplateError(f"{name}: not in UTF-8: {error}") from error
    except Exception as error:  # a template is a program of the owner's: it can fail in any way there is
        raise TemplateError(f"{_place(error, name, folders)}: {error or type(error).__name__}") from error


def _place(error: Exception, name: str, folders: Sequence[Path]) -> str:
    # jinja puts template files and lines into the traceback; the innermost one is where it went wrong
    frames = traceback.extract_tb(error.__traceback__)
    inside = [f for f in frames if any(Path(f.filename).is_relative_to(folder) for folder in folders)]
    return f"{inside[-1].filename}:{inside[-1].lineno}" if inside else name
