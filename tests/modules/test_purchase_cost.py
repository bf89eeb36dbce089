"""What goods cost us, for somebody whose profile hides it: it stands in no form, list, filter, file, history or answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage

from relasi.engine.access.acting import acting
from relasi.engine.access.structures import ALL, VERBS
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import update
from relasi.engine.transfer.export import ExportJob
from relasi.engine.transfer.export_file import run_export
from tests.engine.api.program import Program
from tests.make import make
from tests.people import set_mode, signed_in

COST, DEARER = "731317", "731319"


@pytest.fixture
def product(company: Any) -> Any:
    set_mode("catalog.product", "public_edit")
    with acting(company.admin):
        product = make("catalog.Product", price=1_000_000, cost=COST)
    close_change_set()
    with acting(company.admin):
        update(product, {"cost": DEARER})
    close_change_set()
    return product


@pytest.fixture
def clerk(company: Any) -> Any:
    hidden = {"catalog.product": {"cost": "hidden"}}
    profile = company.profile(
        "Tanpa modal", modules={ALL: list(VERBS)}, tools=["export", "api"], fields=hidden
    )
    company.open_role("Pramuniaga", under="Manajer", profile=profile)
    return company.hire("Tuti", "Pramuniaga")


def plain(text: str) -> str:
    return "".join(sign for sign in text if sign not in ".,\xa0")


def test_whoever_may_see_it_finds_it_in_each_of_these_places_and_whoever_may_not_in_none(
    company: Any, product: Any, clerk: Any
) -> None:
    at = f"/products/{product.pk}/"
    pages = [at, f"{at}edit/", f"{at}timeline/", "/products/?columns=number,cost"]
    shows = {page: plain(signed_in(company.admin).get(page).content.decode()) for page in pages}
    assert all(DEARER in text for text in shows.values())
    client = signed_in(clerk)
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert not {COST, DEARER} & {
            one for one in (COST, DEARER) if one in plain(answer.content.decode())
        }, page
    for chooser in ("/products/columns/", "/products/conditions/", "/products/filter/?field=price"):
        answer = client.get(chooser)
        assert 'value="cost"' not in answer.content.decode() and "f-cost" not in answer.content.decode()


def test_no_file_no_answer_of_the_api_and_no_filter_tells_it(company: Any, product: Any, clerk: Any) -> None:
    for user, told in ((company.admin, True), (clerk, False)):
        job = ExportJob(user=user, module="catalog.product", slug="products", format="csv", shape="all",
                        asked={"columns": ["name", "cost"]})  # fmt: skip
        with acting(user):
            ExportJob.objects.bulk_create([job])
            run_export(job)
        with default_storage.open(job.file) as file:
            assert (DEARER in plain(file.read().decode("utf-8-sig"))) is told
        close_change_set()
        answer = Program(user).get(f"products/{product.pk}")
        assert (answer.status_code, "cost" in answer.data) == (200, told)
    page = signed_in(clerk).get("/products/", {"f": '{"field": "cost", "op": "gte", "value": "1"}'})
    assert f"/products/{product.pk}/" not in page.content.decode()
