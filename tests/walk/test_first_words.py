"""No fixed address begins with the name of a module, whose addresses are looked at first."""

from django.urls import get_resolver

from relasi.engine.screens.shell import all_entries
from relasi.features.settings.addresses import HOMES
from tests.walk.routes import addresses


def test_a_module_hides_no_other_address():
    slugs = {entry.slug for entry in all_entries()} - {*HOMES}
    first_words = {address.pattern.partition("/")[0] for address in addresses(get_resolver().url_patterns)}
    assert not slugs & first_words
