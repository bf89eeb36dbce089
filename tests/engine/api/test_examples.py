"""docs/api.md: its examples in shell and Python do what they say, over a real connection."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.api.signing import headers_of, secret_of
from relasi.engine.api.token import make_token
from tests.company import found_company
from tests.make import make

pytestmark = pytest.mark.django_db(transaction=True)

DOCS = (Path(__file__).parents[3] / "docs" / "api.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", DOCS, re.DOTALL)


@pytest.fixture
def world(live_server):
    company = found_company()
    with acting(company.sales_a):
        token = make_token(company.sales_a, "Contoh", {"*": ["read", "write"]})
    with acting(SYSTEM, via="system"):
        make("customers.contact", last_name="Anwar", owner=company.sales_a.pk)
    return {**os.environ, "RELASI": live_server.url, "TOKEN": token, "no_proxy": "*"}


def test_the_examples_in_shell_work(world):
    if not shutil.which("curl"):
        pytest.skip("curl is not here")
    told = [subprocess.run(["sh", "-c", one], env=world, capture_output=True, text=True, timeout=60).stdout
            for one in blocks("sh")]  # fmt: skip
    assert '"Andi"' in told[0] and '"last_name": "Anwar"' in told[1] and '"count": 1' in told[1]
    report = json.loads(told[2])["result"]
    assert not report.get("isError") and report["structuredContent"]["total"]["count"] == 0


def test_the_example_in_python_works(world):
    _verifying, script = blocks("python")
    ran = subprocess.run(
        [sys.executable, "-c", script], env=world, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    assert "Anwar" in ran.stdout and "'deleted'" in ran.stdout.splitlines()[-1]


def test_the_example_that_checks_a_webhook_works():
    given: dict = {}
    exec(blocks("python")[0], given)
    secret, body = secret_of("seed"), b'{"type": "deals.changed"}'
    assert given["is_genuine"](secret, headers_of([secret_of("new"), secret], "msg_1", body), body)
    assert not given["is_genuine"](secret_of("other"), headers_of([secret], "msg_1", body), body)
    assert not given["is_genuine"](secret, headers_of([secret], "msg_1", body, now=1_700_000_000), body)
