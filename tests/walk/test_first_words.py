"""No fixed address begins with the name of a module, whose addresses are looked at first, but those that come before them."""

from django.urls import get_resolver

from relasi.engine.screens.shell import all_entries
from relasi.features.month_end.addresses import instead_of_modules
from relasi.features.settings.addresses import HOMES
from tests.walk.routes import addresses


def test_a_module_hides_no_other_address():
    slugs = {entry.slug for entry in all_entries()} - {*HOMES}
    instead = {str(one.pattern) for one in instead_of_modules()}
    fixed = {address.pattern for address in addresses(get_resolver().url_patterns)} - instead
    first_words = {pattern.partition("/")[0] for pattern in fixed}
    assert not slugs & first_words
