"""Search and palette: what was found says why, and tells nobody of what they may not see."""

from markupsafe import Markup

from relasi.engine.screens.palette import marked
from tests.engine.aviary import cage, parrot
from tests.people import change, signed_in


def test_every_word_searched_for_is_marked_and_nothing_else_is_markup():
    assert marked("PT Samudra <b>", "samudra") == Markup("PT <mark>Samudra</mark> &lt;b&gt;")
    assert marked("PT Samudra", "") == "PT Samudra"
    assert marked("a+b a.b", "a+b") == Markup("<mark>a+b</mark> a.b")


def test_the_palette_and_the_page_show_what_was_found(aviary):
    change(aviary.keeper, language="en")
    cage(aviary.keeper, name="Sangkar Zamrud")
    bird = parrot(aviary.keeper, name="Zamrud Kecil")
    client = signed_in(aviary.keeper)
    listed = client.get("/search/?q=zamrud", headers={"HX-Request": "true"}).content.decode()
    assert "Sangkar <mark>Zamrud</mark>" in listed
    assert f'href="/parrots/{bird.pk}/"' in listed
    page = client.get("/search/?q=zamrud").content.decode()
    assert "<mark>Zamrud</mark> Kecil" in page
    assert bird.number in page
    assert "Zamrud" not in signed_in(aviary.vet).get("/search/?q=kecil").content.decode()
