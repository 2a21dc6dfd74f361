"""schemathesis asks the API everything its description allows, and what it does not: no answer is a failure of the
server, and every answer is as described."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from feeder.web.openapi import document
from tests.fakes.house import TOKEN, House, a_house
from tests.fakes.newsroom import an_article_text
from tests.feed_values import SITE

SCHEMA = schemathesis.openapi.from_dict(document(SITE))
PATHS = document(SITE)["paths"]
#: Where something can be asked that is not allowed: any text is a key.
STRICT = [path for path, it in PATHS.items() if any(len(p["schema"]) > 1 for p in it["get"]["parameters"])]
CASES = [(path, GenerationMode.POSITIVE) for path in PATHS] + [(path, GenerationMode.NEGATIVE) for path in STRICT]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    articles = {f"{n}.md": an_article_text(f"Story {n:02}", date=f"2021-06-{1 + n:02}") for n in range(22)}
    with a_house(tmp_path_factory.mktemp("openapi"), articles) as house:
        yield house


@pytest.mark.parametrize(("path", "mode"), CASES)
def test_no_question_makes_the_api_fail(house: House, path: str, mode: GenerationMode) -> None:
    operation = SCHEMA[path]["GET"]
    asked = 0

    @settings(max_examples=20, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        nonlocal asked
        asked += 1
        response = case.call(base_url=house.address, headers={"Authorization": f"Bearer {TOKEN}"})
        assert response.status_code < 500, response.text
        if mode is GenerationMode.POSITIVE:
            case.validate_response(response)
        else:
            assert response.status_code in (200, 400, 404, 405, 410), response.text

    ask()
    assert asked > 0
