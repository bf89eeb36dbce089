"""Units: what goods and services are counted in. Keys are stored, labels are translated."""

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices


class Unit(Choices):
    PIECE = "piece", _("piece"), "", "Buah|Pcs|Pc|Bh|Piece"
    UNIT = "unit", _("unit"), "", "Unit"
    SET = "set", _("set"), "", "Set"
    BOX = "box", _("box"), "", "Dus|Box|Kardus"
    CARTON = "carton", _("carton"), "", "Karton"
    PACK = "pack", _("pack"), "", "Pak|Pack"
    DOZEN = "dozen", _("dozen"), "", "Lusin|Dozen"
    ROLL = "roll", _("roll"), "", "Rol|Roll"
    SHEET = "sheet", _("sheet"), "", "Lembar|Sheet"
    REAM = "ream", _("ream"), "", "Rim|Ream"
    PAIR = "pair", _("pair"), "", "Pasang|Pair"
    KILOGRAM = "kg", _("kg"), "", "Kilogram|Kg"
    TON = "ton", _("ton"), "", "Ton"
    LITRE = "litre", _("litre"), "", "Liter|Litre|L"
    METRE = "metre", _("metre"), "", "Meter|Metre|M"
    SQUARE_METRE = "m2", _("m²"), "", "M2|Meter persegi"
    CUBIC_METRE = "m3", _("m³"), "", "M3|Meter kubik"
    KWP = "kwp", _("kWp"), "", "KWp"
    KWH = "kwh", _("kWh"), "", "KWh"
    LOT = "lot", _("lot"), "", "Lot|Ls|Lumpsum"
    PACKAGE = "package", _("package"), "", "Paket|Package"
    HOUR = "hour", _("hour"), "", "Jam|Hour|Hours"
    DAY = "day", _("day"), "", "Hari|Day|Days"
    MONTH = "month", _("month"), "", "Bulan|Month|Months"
    YEAR = "year", _("year"), "", "Tahun|Year|Years"
    VISIT = "visit", _("visit"), "", "Kunjungan|Visit"
    INCIDENT = "incident", _("incident"), "", "Insiden|Incident"
    POINT = "point", _("point"), "", "Titik|Point"
