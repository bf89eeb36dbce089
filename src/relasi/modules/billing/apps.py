from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Billing(AppConfig):
    name = "relasi.modules.billing"
    label = "billing"
    verbose_name = _("Billing")
    icon = "receipt"
    place = 4  # in the menu
    pages = (
        (_("Receivables"), "/receivables/", "hourglass", "billing.Invoice"),
        (_("Upcoming invoices"), "/upcoming-invoices/", "calendar-clock", "billing.RecurringInvoice"),
        (_("Recurring revenue"), "/recurring-revenue/", "trending-up", "subscribing.Subscription"),
        (_("Reconciliation"), "/reconciliation/", "list-checks", "billing.BankMovement"),
        (_("Month-end"), "/month-end/", "calendar-check", "billing.Invoice"),
        (_("Tax invoices"), "/coretax/", "landmark", "billing.Invoice"),
    )

    def ready(self) -> None:
        from relasi.kits.trade.paper import list_sheet  # noqa: F401  (lists are written as PDF)
