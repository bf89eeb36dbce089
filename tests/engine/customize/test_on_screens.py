"""Custom fields go through every door: list, form, page, cell, bulk, merge, search, export, import, API, OpenAPI."""

from __future__ import annotations

import json

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.access.directory import directory
from relasi.engine.api.changes import rows_after
from relasi.engine.bulk.job import BulkJob
from relasi.engine.customize.custom_field import CustomField
from relasi.engine.customize.custom_value import CustomValue
from relasi.engine.customize.jobs import follow_field
from relasi.engine.declare.registry import registry
from relasi.engine.query.search import search
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.merge import merge
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, update
from relasi.engine.transfer.target import targets_of
from relasi.users.user import User
from tests.engine.api.program import Program
from tests.engine.aviary import again, cage, parrot
from tests.engine.customize.adding import TYPED, add_all, add_field
from tests.engine.transfer import importing
from tests.engine.transfer.test_export import job_for as export_job
from tests.engine.transfer.test_export import table_of
from tests.fakes.models import Cage, Parrot
from tests.fingerprint import unchanged
from tests.make import make
from tests.modules.trading import issued, thing
from tests.people import signed_in


def form_of(names, place=0):
    """What a browser sends for a value of every kind."""
    sent = {names[kind]: typed[place] for kind, typed in TYPED.items()}
    sent[names["date"]], sent[names["datetime"]] = "2026-08-17", "2026-08-17T09:30"
    for kind, model in (("reference", Cage), ("user", User)):
        row = next(one for one in model._base_manager.all() if str(one) == TYPED[kind][place])
        sent[names[kind]] = str(row.pk)
    sent[names["choice"]], sent[names["multi_choice"]] = "merah", ["merah", "biru"]
    return sent


def test_a_form_creates_and_changes_a_record_with_a_value_of_every_kind(aviary):
    names, client = add_all(aviary), signed_in(aviary.keeper)
    page = client.get("/parrots/new/").content.decode()
    assert all(f'name="{name}"' in page or f'name="{name}-' in page for name in names.values())
    answer = client.post("/parrots/new/", {"name": "Kakak", "owner": aviary.keeper.pk, **form_of(names)})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    bird = Parrot._base_manager.get(name="Kakak")
    assert bird.custom[names["choice"]] == "merah" and bird.custom[names["integer"]] == 12
    assert all(name in bird.custom or f"{name}_id" in bird.custom for name in names.values())
    page = client.get(f"/parrots/{bird.pk}/").content.decode()
    assert "Batu kecil" in page and "Bidang text" in page and "Merah" in page
    page = client.get(f"/parrots/{bird.pk}/edit/").content.decode()
    assert 'value="Batu kecil"' in page


def test_a_refused_form_names_the_custom_field_and_keeps_what_was_typed(aviary):
    key, client = add_field(aviary, "integer").key, signed_in(aviary.keeper)
    with unchanged():
        answer = client.post("/parrots/new/", {"name": "Kakak", "owner": aviary.keeper.pk, key: "dua belas"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="dua belas"' in page and 'value="Kakak"' in page and f'id="f-{key}-error"' in page


def test_a_fact_and_a_cell_are_edited_in_place(aviary):
    key, client = add_field(aviary, "text").key, signed_in(aviary.keeper)
    bird = parrot(aviary.keeper)
    assert client.post(f"/parrots/{bird.pk}/field/{key}/", {key: "satu"}).status_code == 302
    assert again(bird).custom[key] == "satu"
    answer = client.post(f"/parrots/{bird.pk}/cell/{key}/?columns=name,{key}", {key: "dua", "version": "2"})
    assert answer.status_code == 200 and "dua" in answer.content.decode()
    assert again(bird).custom[key] == "dua"


def test_a_list_has_it_as_column_filter_and_sort(aviary):
    key, client = (
        add_field(aviary, "integer", name="Umur sangkar", in_list=True).key,
        signed_in(aviary.keeper),
    )
    for n in (1, 22, 333):
        parrot(aviary.keeper, name=f"Burung {n}", **{key: n})
    page = client.get("/parrots/?view=all").content.decode()
    assert "Umur sangkar" in page and ">333<" in page
    condition = json.dumps({"all": [{"field": key, "op": "gt", "value": 5}]})
    page = client.get("/parrots/", {"view": "all", "f": condition, "sort": f"-{key}"}).content.decode()
    assert page.index("Burung 333") < page.index("Burung 22") and "Burung 1<" not in page
    for part in ("columns/", "conditions/", "sort/", f"column/?field={key}", "board/"):
        assert client.get(f"/parrots/{part}").status_code in (200, 302), part
    assert "Umur sangkar" in client.get("/parrots/columns/").content.decode()


def test_many_records_get_a_value_at_once(aviary):
    key, client = add_field(aviary, "text").key, signed_in(aviary.keeper)
    birds = [parrot(aviary.keeper) for _n in range(2)]
    sent = {"do": "edit", "id": [b.pk for b in birds], "field": key, key: "semua", "save": "1"}
    assert client.post("/parrots/bulk/", sent).status_code == 302
    assert {again(b).custom.get(key) for b in birds} == {"semua"}
    assert BulkJob.objects.count() == 1


def test_a_board_stands_on_a_custom_choice(aviary):
    key, client = add_field(aviary, "choice", values="Merah\nBiru").key, signed_in(aviary.keeper)
    parrot(aviary.keeper, name="Si Merah", **{key: "merah"})
    page = client.get(f"/parrots/board/?by={key}").content.decode()
    assert "Si Merah" in page and "Biru" in page


def test_merged_records_keep_the_chosen_value(aviary):
    key = add_field(aviary, "text").key
    one, two = parrot(aviary.keeper, **{key: "a"}), parrot(aviary.keeper, **{key: "b"})
    page = signed_in(aviary.keeper).get(f"/parrots/merge/?id={one.pk}&id={two.pk}").content.decode()
    assert f'name="take.{key}"' in page
    with acting(aviary.keeper):
        merge(registry.of(Parrot), one.pk, [two.pk], {key: two.pk})
    assert again(one).custom[key] == "b"


def test_search_finds_a_record_by_its_words_once_it_is_marked(aviary):
    field = add_field(aviary, "text")
    bird = parrot(aviary.keeper, **{field.key: "zamrud"})
    with acting(aviary.keeper):
        assert not search(aviary.keeper, "zamrud")
    with acting(aviary.admin):
        update(field, {"searched": True})
    close_change_set()
    directory()
    follow_field(field.pk)
    with acting(aviary.keeper):
        assert [hit.id for hit in search(aviary.keeper, "zamrud")] == [bird.pk]


def test_what_is_exported_for_an_import_reads_the_same_again(aviary, tmp_path):
    names = add_all(aviary)
    bird = parrot(aviary.keeper, name="Asli", **{names[k]: typed for k, (typed, _o) in TYPED.items()})
    rows = table_of(export_job(aviary.keeper, shape="import", columns=[]))
    assert set(names.values()) <= set(rows[0])
    kept = [place for place, name in enumerate(rows[0]) if name in {"name", *names.values()}]
    file = tmp_path / "kembali.csv"
    lines = [";".join('"' + row[place].replace('"', '""') + '"' for place in kept) for row in rows]
    file.write_text("\n".join(lines).replace("Asli", "Salinan"), encoding="utf-8")
    result = importing.command(file, "parrots", user=aviary.keeper.username)
    assert result["created"] == 1, importing.errors(result)
    twin = Parrot._base_manager.get(name="Salinan")
    assert len(twin.custom) == len(TYPED)
    assert again(bird).custom == twin.custom


def test_a_file_names_it_by_its_label_in_either_language(aviary):
    key = add_field(aviary, "text", name="Ukuran kandang", name_en="Cage size").key
    with acting(aviary.keeper):
        target = targets_of(registry.of(Parrot), aviary.keeper)[key]
    assert {"ukuran kandang", "cage size"} <= set(target.names)


def test_the_api_writes_reads_filters_and_describes_it(aviary):
    key = add_field(aviary, "choice", values="Merah\nBiru").key
    count = add_field(aviary, "integer").key
    program = Program(aviary.keeper)
    made = program.post("parrots", {"name": "Api", key: "Merah", count: 12})
    assert made.status_code == 201, made.data
    assert (made.data[key], made.data[count]) == ("merah", 12)
    condition = json.dumps({"all": [{"field": count, "op": "is", "value": 12}]})
    found = program.get(f"parrots?filter={condition}&fields=name,{key}").data["data"]
    assert [(one["name"], one[key]) for one in found] == [("Api", "merah")]
    wrong = program.ask("PATCH", f"parrots/{made.data['id']}", {count: "banyak"})
    assert wrong.status_code == 422 and wrong.data["errors"][0]["field"] == count
    described = json.dumps(program.get("openapi.json").data)
    assert f'"{key}"' in described and '"merah"' in described


def test_the_feed_names_the_custom_field_that_changed(aviary):
    key = add_field(aviary, "text").key
    bird = parrot(aviary.keeper)
    with acting(aviary.keeper):
        update(bird, {key: "baru"})
    close_change_set()
    rows = rows_after("0", 0, "99999999", ["fakes_parrot"], 100)
    assert rows[-1].columns == [key]


def test_who_may_not_see_it_meets_it_on_no_page_and_in_no_file(aviary):
    key = add_field(aviary, "text", name="Rahasia dapur", in_list=True).key
    bird = parrot(aviary.keeper, **{key: "Kunyit"})
    with acting(aviary.admin):
        update(aviary.keepers, {"fields": {"fakes.parrot": {key: "hidden"}}})
    close_change_set()
    client = signed_in(aviary.keeper)
    for address in (
        "",
        "new/",
        "columns/",
        "conditions/",
        f"{bird.pk}/",
        f"{bird.pk}/edit/",
        f"{bird.pk}/timeline/",
    ):
        page = client.get(f"/parrots/{address}").content.decode()
        assert "Rahasia dapur" not in page and "Kunyit" not in page, address
    assert client.get(f"/parrots/{bird.pk}/field/{key}/").status_code == 404
    told = Program(aviary.keeper).get(f"parrots/{bird.pk}").data
    assert key not in told
    assert key not in table_of(export_job(aviary.keeper, shape="import", columns=[]))[0]


@pytest.mark.parametrize("kind", ["text", "choice"])
def test_an_admin_adds_a_field_in_the_browser_and_uses_it_at_once(aviary, kind):
    client = signed_in(aviary.admin)
    sent = {
        "module": "fakes.parrot",
        "kind": kind,
        "name": "Nomor cincin",
        "name_en": "Ring number",
        "active": "1",
    }
    answer = client.post("/custom-fields/new/", sent)
    assert answer.status_code == 302, answer.content.decode()
    field = CustomField._base_manager.get()
    page = client.get(f"/custom-fields/{field.pk}/").content.decode()
    assert "Nomor cincin" in page
    if kind == "choice":
        answer = client.post(f"/custom-fields/{field.pk}/do/add_values/", {"values_given": "Emas\nPerak"})
        assert answer.status_code == 302
        assert [v.name for v in CustomValue._base_manager.order_by("position")] == ["Emas", "Perak"]
    page = client.get("/parrots/new/").content.decode()
    assert "Nomor cincin" in page and (kind == "text" or "Perak" in page)


def test_a_file_knows_a_record_by_a_custom_field_that_is_unique(aviary, tmp_path):
    key = add_field(aviary, "text", unique=True, name="Nomor cincin").key
    bird = parrot(aviary.keeper, **{key: "R-1"})
    file = importing.write(tmp_path, "Nomor cincin;Nickname", "r-1;Kecil")
    result = importing.command(file, "parrots", user=aviary.keeper.username, match=key, duplicates="update")
    assert (result["updated"], result["created"]) == (1, 0), result
    assert again(bird).nickname == "Kecil"


def test_a_document_is_written_with_it_in_its_own_editor(aviary):
    with acting(aviary.admin):
        field = create(CustomField, {"module": "sales.quote", "kind": "text", "name": "Nomor tender"})
    close_change_set()
    client = signed_in(aviary.keeper)
    page = client.get("/quotes/new/").content.decode()
    assert "Nomor tender" in page and f'name="{field.key}"' in page
    with acting(aviary.keeper):
        account, product = make("customers.Account"), make("catalog.Product")
    sent = {"subject": "Atap", "account": account.pk, "act": "save", field.key: "T-77", "line": ["n1"],
            "line-n1-kind": "item", "line-n1-item": f"product:{product.pk}", "line-n1-quantity": "2"}  # fmt: skip
    answer = client.post("/quotes/new/", sent)
    assert answer.status_code in (200, 302) and "T-77" in client.get(answer["Location"]).content.decode()


def test_the_api_takes_and_gives_a_reference_by_its_id(aviary):
    key = add_field(aviary, "reference", target="fakes.cage").key
    home, theirs = cage(aviary.keeper), cage(aviary.vet)
    program = Program(aviary.keeper)
    made = program.post("parrots", {"name": "Api", key: home.pk})
    assert made.status_code == 201 and made.data[key] == home.pk, made.data
    wrong = program.ask("PATCH", f"parrots/{made.data['id']}", {key: theirs.pk})
    assert wrong.status_code == 422 and wrong.data["errors"][0]["field"] == key
    condition = json.dumps({"field": key, "op": "is", "value": home.pk})
    assert [one["id"] for one in program.get(f"parrots?filter={condition}").data["data"]] == [made.data["id"]]


def test_it_stays_open_in_a_document_that_is_frozen(aviary):
    with acting(aviary.admin):
        field = create(CustomField, {"module": "billing.invoice", "kind": "text", "name": "Nomor resi"})
        close_change_set()
        bill = issued(thing())
        update(bill, {field.key: "JNE-1"})
        assert again(bill).custom == {field.key: "JNE-1"}
        with pytest.raises(Refused):
            update(again(bill), {field.key: "JNE-2", "subject": "Lain"})
    assert again(bill).custom == {field.key: "JNE-1"}
