"""Every address of the product. What begins with the name of a module comes first, because it is asked for all day; no
other address begins with one, but those of the settings that stand in the place of a module's own."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from relasi.engine.api.addresses import patterns as api_patterns
from relasi.engine.screens.addresses import engine_patterns, module_patterns
from relasi.engine.screens.asking import signed_in, user_of
from relasi.engine.transfer.addresses import patterns as transfer_patterns
from relasi.features.company_archive.addresses import patterns as archive_patterns
from relasi.features.compat.addresses import patterns as compat_patterns
from relasi.features.coretax.addresses import patterns as coretax_patterns
from relasi.features.duplicates.addresses import patterns as duplicates_patterns
from relasi.features.first_run.addresses import patterns as first_run_patterns
from relasi.features.free_time.addresses import patterns as free_time_patterns
from relasi.features.funnel.addresses import patterns as funnel_patterns
from relasi.features.group_queue.addresses import patterns as group_queue_patterns
from relasi.features.home.addresses import patterns as home_patterns
from relasi.features.invitations.addresses import patterns as invitations_patterns
from relasi.features.mcp.addresses import patterns as mcp_patterns
from relasi.features.month_end.addresses import api_patterns as month_end_api_patterns
from relasi.features.month_end.addresses import instead_of_modules as instead_of_closing
from relasi.features.month_end.addresses import patterns as month_end_patterns
from relasi.features.online_payment.addresses import patterns as online_payment_patterns
from relasi.features.proof_of_delivery.addresses import patterns as proof_patterns
from relasi.features.receivables.addresses import patterns as receivables_patterns
from relasi.features.reconciliation.addresses import patterns as reconciliation_patterns
from relasi.features.recurring_revenue.addresses import patterns as recurring_revenue_patterns
from relasi.features.scheduled_exports.addresses import patterns as scheduled_exports_patterns
from relasi.features.scheduler.addresses import patterns as scheduler_patterns
from relasi.features.settings.addresses import instead_of_modules
from relasi.features.settings.addresses import patterns as settings_patterns
from relasi.features.sign_in.addresses import patterns as sign_in_patterns
from relasi.features.tie_out.addresses import patterns as tie_out_patterns
from relasi.features.upcoming_invoices.addresses import patterns as upcoming_invoices_patterns
from relasi.kits.trade.addresses import patterns as trade_patterns
from relasi.project.health import healthz
from relasi.project.live_handover import handover


@signed_in
def live(request: HttpRequest) -> HttpResponse:
    """The stream of changes. Topics are checked here: a record's only for who may see it."""
    from relasi.engine.screens.live_topics import allowed_topics

    topics = allowed_topics(user_of(request), request.GET.get("topics", ""))
    return handover(request, user_of(request).pk, topics)


urlpatterns = [
    *home_patterns(),
    *instead_of_modules(),
    *instead_of_closing(),
    *module_patterns(),
    path("healthz", healthz, name="healthz"),
    path("live/", live, name="live"),
    *month_end_api_patterns(),
    *api_patterns(),
    *first_run_patterns(),
    *sign_in_patterns(),
    *scheduler_patterns(),
    *tie_out_patterns(),
    *free_time_patterns(),
    *invitations_patterns(),
    *online_payment_patterns(),
    *archive_patterns(),
    *settings_patterns(),
    *duplicates_patterns(),
    *receivables_patterns(),
    *month_end_patterns(),
    *upcoming_invoices_patterns(),
    *recurring_revenue_patterns(),
    *reconciliation_patterns(),
    *funnel_patterns(),
    *group_queue_patterns(),
    *coretax_patterns(),
    *compat_patterns(),
    *mcp_patterns(),
    *scheduled_exports_patterns(),
    *transfer_patterns(),
    *engine_patterns(),
    *trade_patterns(),
    *proof_patterns(),
]

handler404 = "relasi.engine.screens.errors.not_found"
handler500 = "relasi.engine.screens.errors.broken"
handler403 = "relasi.engine.screens.errors.forbidden"
