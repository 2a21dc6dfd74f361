"""schemathesis asks the API everything its description allows, and what it does not: no answer is a failure of the
server, and every answer is as described."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from feeder.web.openapi import document
from tests.fakes.house import TOKEN, House, a_house
from tests.fakes.newsroom import an_article_text
from tests.feed_values import SITE

SCHEMA = schemathesis.openapi.from_dict(document(SITE))
SCHEMA.config.generation.update(with_security_parameters=False)  # the token is sent with all of them
OPERATIONS = {(path, method): it for path, found in document(SITE)["paths"].items() for method, it in found.items()}
#: Where something can be asked that is not allowed: any text is a key.
STRICT = [
    key for key, it in OPERATIONS.items() if "requestBody" in it or any(len(p["schema"]) > 1 for p in it["parameters"])
]
CASES = [(*key, GenerationMode.POSITIVE) for key in OPERATIONS] + [(*key, GenerationMode.NEGATIVE) for key in STRICT]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    articles = {f"{n}.md": an_article_text(f"Story {n:02}", date=f"2021-06-{1 + n:02}") for n in range(22)}
    with a_house(tmp_path_factory.mktemp("openapi"), articles) as house:
        yield house


@pytest.mark.parametrize(("path", "method", "mode"), CASES)
def test_no_question_makes_the_api_fail(house: House, path: str, method: str, mode: GenerationMode) -> None:
    operation = SCHEMA[path][method.upper()]
    # whether a watch makes sense is not for a schema to say
    excluded = [positive_data_acceptance] if "requestBody" in OPERATIONS[path, method] else []
    asked = 0

    @settings(max_examples=20, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        nonlocal asked
        asked += 1
        response = case.call(base_url=house.address, headers={"Authorization": f"Bearer {TOKEN}"})
        assert response.status_code < 500, response.text
        if mode is GenerationMode.POSITIVE:
            case.validate_response(response, excluded_checks=excluded)
        else:
            assert response.status_code in (200, 400, 404, 405, 410, 422), response.text

    ask()
    assert asked > 0
