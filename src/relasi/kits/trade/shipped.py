"""Shipped: how what is sold reaches the customer, as the two of them agreed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.text import TextField


class Shipped(models.Model):
    """Abstract, beside a document that offers or promises goods. It goes on to the documents made of it."""

    carrier = TextField(_("Carrier"), max_length=100, aliases="Ekspedisi|Kurir|Carrier")
    shipping_term = TextField(
        _("Shipping terms"), max_length=100, aliases="Syarat Pengiriman|Shipping|Incoterm",
        help_text=_("For example: delivered to your site, or ex our warehouse."),
    )  # fmt: skip

    class Meta:
        abstract = True
