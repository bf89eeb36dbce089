"""File: prepared invoices as XML in the form of a schema, so many to a file, several files as one archive."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as Xml

from relasi.features.coretax.checks import Prepared
from relasi.features.coretax.goods import Good
from relasi.features.coretax.schema import Schema, country3
from relasi.kits.trade.tax_invoice import FACILITY_CODES
from relasi.modules.billing.tax_invoice import HEAD_OFFICE

XSI = "http://www.w3.org/2001/XMLSchema-instance"
# What XML 1.0 holds in no text.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def files_of(prepared: Sequence[Prepared], schema: Schema, seller: Any) -> list[bytes]:
    """seller: the company details."""
    most = schema.most
    return [_file(prepared[start : start + most], schema, seller) for start in range(0, len(prepared), most)]


def archive(files: Sequence[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files:
            zipped.writestr(name, content)
    return out.getvalue()


def _file(prepared: Sequence[Prepared], schema: Schema, seller: Any) -> bytes:
    Xml.register_namespace("xsi", XSI)
    root = Xml.Element(schema.root, {f"{{{XSI}}}noNamespaceSchemaLocation": schema.location})
    Xml.SubElement(root, "TIN").text = seller.npwp
    whole = Xml.SubElement(root, "ListOfTaxInvoice")
    for one in prepared:
        row = Xml.SubElement(whole, "TaxInvoice")
        _write(row, schema.invoice, _invoice(one, schema, seller))
        goods = Xml.SubElement(row, "ListOfGoodService")
        for good in one.goods:
            _write(Xml.SubElement(goods, "GoodService"), schema.goods, _good(good, schema))
    Xml.indent(root)
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _write(row: Xml.Element, names: Sequence[str], values: dict[str, str]) -> None:
    """The values in the order of the names; one that is not named is not written."""
    for name in names:
        text = _UNWRITABLE.sub("", " ".join((values.get(name) or "").split()))
        Xml.SubElement(row, name).text = text or None


def _invoice(one: Prepared, schema: Schema, seller: Any) -> dict[str, str]:
    invoice = one.invoice
    covered = one.code in FACILITY_CODES and invoice.facility
    return {
        "TaxInvoiceDate": invoice.date.isoformat(), "TaxInvoiceOpt": schema.normal, "TrxCode": one.code,
        "AddInfo": invoice.facility if covered else "",
        # The stamp has the number of the additional information it belongs to.
        "FacilityStamp": f"TD.011{invoice.facility[-2:]}" if covered else "", "RefDesc": invoice.number,
        "SellerIDTKU": seller.nitku or seller.npwp + HEAD_OFFICE,
        "BuyerCountry": country3(invoice.buyer_country), "BuyerName": invoice.buyer_name,
        "BuyerAdress": invoice.buyer_address, "BuyerEmail": invoice.buyer_email or "", **_buyer(invoice, schema),
    }  # fmt: skip


def _buyer(invoice: Any, schema: Schema) -> dict[str, str]:
    """By what the buyer is known: a tax number, else a resident number, else a passport or another number."""
    if invoice.buyer_npwp:
        number, tin, place, known = "", invoice.buyer_npwp, invoice.buyer_nitku, "npwp"
    else:
        number, tin, place = invoice.buyer_nik or invoice.buyer_other_id, schema.no_tin, schema.no_place
        person = invoice.account is not None and not invoice.account.is_company
        known = "nik" if invoice.buyer_nik else "passport" if person else "other"
    return {
        "BuyerTin": tin, "BuyerDocument": schema.documents[known], "BuyerDocumentNumber": number, "BuyerIDTKU": place,
    }  # fmt: skip


def _good(good: Good, schema: Schema) -> dict[str, str]:
    code = good.code if re.fullmatch("[0-9]{6}", good.code) else schema.goods_code
    return {
        "Opt": schema.service if good.is_service else schema.product, "Code": code, "Name": good.name,
        "Unit": schema.units.get(good.unit, schema.other_unit), "Price": _number(good.price),
        "Qty": _number(good.quantity), "TotalDiscount": _number(good.discount), "TaxBase": _number(good.base),
        "OtherTaxBase": _number(good.other_base), "VATRate": _number(good.vat_rate), "VAT": _number(good.vat),
        "STLGRate": _number(good.luxury_rate), "STLG": _number(good.luxury),
    }  # fmt: skip


def _number(value: Decimal) -> str:
    """Digits and a point, no zeros behind it that say nothing."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
