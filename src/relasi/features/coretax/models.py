"""Tables of Coretax: what was exported for the tax office, by whom, and the very files."""

from __future__ import annotations

from django.db import models


class CoretaxExport(models.Model):
    """count, base, vat: invoices, and what they come to in rupiah. change_set: in which they became exported."""

    id = models.BigAutoField(primary_key=True)
    made_by = models.ForeignKey("users.User", models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(auto_now_add=True)
    schema = models.CharField(max_length=20)
    count = models.IntegerField()
    base = models.DecimalField(max_digits=20, decimal_places=2)
    vat = models.DecimalField(max_digits=20, decimal_places=2)
    change_set = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["made_by", "-id"], name="coretax_export_made_by")]

    def __str__(self) -> str:
        return f"coretax-{self.made_at:%Y-%m-%d}-{self.pk}"


class CoretaxFile(models.Model):
    """One file of an export, as it was made. place: counted from 1."""

    export = models.ForeignKey(CoretaxExport, models.CASCADE, related_name="files")
    place = models.IntegerField()
    content = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["export", "place"], name="coretax_file_once")]

    def __str__(self) -> str:
        return f"{self.export}-{self.place}.xml"
