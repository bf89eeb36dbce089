"""Company domains: told by addresses and websites of one's own only."""

import pytest

from relasi.kits.parties.company_domain import domain_key


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("budi@Maju.co.id", "maju.co.id"),
        ("https://www.maju.co.id/kontak?x=1", "maju.co.id"),
        ("WWW.Maju.CO.ID", "maju.co.id"),
        ("http://maju.co.id:8080", "maju.co.id"),
        ("maju.co.id.", "maju.co.id"),
        ("budi@gmail.com", ""),
        ("budi@yahoo.co.id", ""),
        ("https://www.instagram.com/majujaya", ""),
        ("majujaya.wordpress.com", ""),
        ("https://shopee.co.id/majujaya", ""),
        ("budi", ""),
        ("", ""),
    ],
)
def test_only_a_domain_of_its_own_tells_a_company(written: str, expected: str) -> None:
    assert domain_key(written) == expected
