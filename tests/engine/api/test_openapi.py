"""The description of the API: true of every answer, whatever is asked."""

from __future__ import annotations

import json
import warnings

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as how

from relasi.engine.records.change_set import close_change_set
from tests.engine.api.program import Program
from tests.engine.aviary import cage, feeding, parrot

# A module with every kind of field is asked more than once at each address.
THOROUGHLY = ("/parrots", "/changes", "/me", "/modules", "/files")


@pytest.fixture
def one_connection():
    """The application would close it after each request, and the test's own rows with it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def described(aviary):
    one = parrot(aviary.keeper, cage=cage(aviary.keeper).pk)
    feeding(aviary.keeper, one)
    program = Program(aviary.admin)
    return program, program.get("openapi.json").data


def test_every_address_the_description_names_is_there(described):
    program, document = described
    assert document["openapi"] == "3.1.0" and "/parrots/{id}" in document["paths"]
    for path, methods in document["paths"].items():
        filled = (
            path.replace("{id}", "1")
            .replace("{comment}", "1")
            .replace("{tag}", "1")
            .replace("{module}", "parrots")
        )
        for method in methods:
            answer = program.ask(method.upper(), filled.lstrip("/"), {} if method != "get" else None)
            assert answer.status_code != 405, (method, path)


def test_the_description_leaves_out_what_the_person_may_not_see(aviary):
    shy = Program(aviary.shy, {"parrots": ["read"]}).get("openapi.json").data
    assert "price" not in shy["components"]["schemas"]["Parrots"]["properties"]
    assert "/cages" not in shy["paths"] and "post" not in shy["paths"]["/parrots"]
    whole = json.dumps(Program(aviary.admin).get("openapi.json").data)
    assert "password" not in whole.replace("x-password", "")


def test_no_answer_is_a_surprise(described, one_connection, settings):
    """Every operation with values made up from the description: no error inside, no status it does not name."""
    from schemathesis import checks

    program, document = described
    warnings.simplefilter("ignore")
    wanted = [checks.not_a_server_error, *_named("status_code_conformance", "content_type_conformance",
                                                 "response_schema_conformance")]  # fmt: skip
    headers = {"Authorization": f"Bearer {program.token}"}
    schema = schemathesis.openapi.from_dict(document)
    asked = 0
    settings.API_PER_MINUTE = 10**6
    for found in schema.get_all_operations():
        operation = found.ok()
        tried(program, operation, wanted, headers)
        asked += 1
    assert asked > 100


def _named(*names):
    from schemathesis.specs.openapi import checks

    return [getattr(checks, name) for name in names]


def tried(program, operation, wanted, headers):
    application = get_wsgi_application()

    @seed(1)
    @how(
        max_examples=3 if operation.path.startswith(THOROUGHLY) else 1,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(case=operation.as_strategy())
    def one(case):
        answer = case.call(app=application, base_url="http://localhost/api/v1", headers=headers)
        close_change_set()
        case.validate_response(answer, checks=wanted, headers=headers)

    one()


def test_the_page_of_the_api_is_drawn_in_both_languages(aviary):
    client = Client()
    client.force_login(aviary.keeper)
    for path in ("/api/v1/docs", "/api/v1/docs?module=parrots", "/api/v1/docs?module=nothing"):
        assert client.get(path).status_code == 200
    assert "/api/v1/parrots/{id}" in client.get("/api/v1/docs?module=parrots").content.decode()
