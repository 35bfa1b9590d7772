"""Whatever is sent by the OpenAPI, and a little beside it, the server has an answer."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case
from schemathesis.checks import not_a_server_error

NUM_EXAMPLES = 5
TIMEOUT_SECONDS = 60


def test_nothing_that_is_sent_makes_the_server_fail(site):
    schema = schemathesis.openapi.from_url(f"{site.url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    paths = {operation.path for operation in operations}
    assert {"/api/predict", "/api/sources", "/api/models", "/metrics"} <= paths
    for operation in operations:
        if operation.path != "/api/events":  # which never ends
            _try(operation)
    assert site.http.get("/healthz").status_code == 200


def _try(operation: APIOperation) -> None:
    @settings(
        max_examples=NUM_EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Case) -> None:
        if case.query and "wait" in case.query:
            case.query["wait"] = 0
        answer = case.call(timeout=TIMEOUT_SECONDS)
        case.validate_response(answer, checks=[not_a_server_error])

    send()
