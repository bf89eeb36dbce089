"""Letterhead: what stands on the paper of the demo company: its address, accounts, colours and usual words."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from relasi.engine.declare.registry import registry
from relasi.engine.fields.image import keep_picture
from relasi.engine.records.write import create
from relasi.kits.paying.qris import checksum

TERMS = {
    (
        "quotes",
        "id",
    ): "Harga berlaku selama masa penawaran.\nPembayaran sesuai termin di atas.\nGaransi pemasangan 5 tahun.",
    (
        "quotes",
        "en",
    ): "Prices hold until the quote ends.\nPayment as stated above.\nFive years of warranty on installation.",
    ("invoices", "id"): "Cantumkan nomor faktur pada berita transfer.",
    ("invoices", "en"): "Please name the number of the invoice in your transfer.",
}

# A merchant that no payment service knows, so that nobody can pay the demo by accident.
QRIS = (
    "00020101021126420016ID.CO.CONTOH.WWW01189360091900000000015204581253033605802ID5918SURYA CAKRA "
    "ENERGI6015JAKARTA SELATAN6304"
)
TOLD = {
    "va_prefix": "88908", "va_number_of": "customer", "va_digits": 8, "qris": QRIS + checksum(QRIS),
    "transfer_code": "added",
}  # fmt: skip


def make_letterhead() -> None:
    details = {
        "legal_name": "PT Surya Cakra Energi", "npwp": "0012345678901000", "nitku": "0012345678901000000000",
        "address": {"street": "Jalan Gatot Subroto Kav. 21", "city": "Jakarta Selatan", "province": "DKI Jakarta",
                    "postal_code": "12930"},
        "phone": "+622152901234", "email": "halo@suryacakra.example", "website": "https://suryacakra.example",
        "colour": "#3c46b8", "logo": keep_picture(_logo()), "paper_language": "id",
    }  # fmt: skip
    create(registry.module("billing.CompanyDetails").model, details)
    for place, (bank, number) in enumerate((("Bank Mandiri", "124 000 9876543"), ("BCA", "521 030 4455"))):
        values = {"bank": bank, "number": number, "holder": "PT Surya Cakra Energi", "position": place}
        values |= {} if place else TOLD
        create(registry.module("billing.BankAccount").model, values)
    for (document, language), terms in TERMS.items():
        create(
            registry.module("billing.DocumentText").model,
            {"document": document, "language": language, "terms": terms},
        )


def _logo() -> bytes:
    """A sun over a roof."""
    picture = Image.new("RGBA", (240, 240), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((60, 20, 180, 140), fill=(224, 150, 20, 255))
    draw.polygon([(20, 200), (120, 100), (220, 200)], fill=(60, 70, 184, 255))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
