"""Legal form: as what a company is founded, for forms to choose from."""

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices


class LegalForm(Choices):
    PT = "pt", _("PT"), "", "Perseroan Terbatas"
    PT_PERORANGAN = "pt_perorangan", _("PT Perorangan")
    CV = "cv", _("CV"), "", "Persekutuan Komanditer"
    UD = "ud", _("UD"), "", "Usaha Dagang|PD"
    FIRMA = "firma", _("Firma"), "", "Fa"
    KOPERASI = "koperasi", _("Cooperative")
    YAYASAN = "yayasan", _("Foundation")
    BUMN = "bumn", _("State-owned enterprise"), "", "BUMD|BUMN"
    INSTANSI = "instansi", _("Government institution"), "", "Instansi"
    PERORANGAN = "perorangan", _("Sole proprietor"), "", "Perseorangan"
    ABROAD = "abroad", _("Foreign company"), "", "Ltd|Inc|LLC|GmbH|Pte Ltd|Sdn Bhd"
