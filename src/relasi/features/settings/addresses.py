"""Addresses of the settings, and of one's own preferences."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, re_path

from relasi.features.settings import (
    assignment,
    company_details,
    company_page,
    conversion_map,
    erasures,
    field_rules,
    groups,
    home,
    labels,
    layouts,
    modules,
    pending_views,
    preferences,
    preview,
    profile_fields,
    profiles,
    roles,
    sharing,
    suspension,
    tokens,
    usage,
    users,
    webhooks,
    why_page,
)
from relasi.features.settings.frame import admin_only

# Where the engine's own address of a module of settings leads.
HOMES = {
    "users": "/settings/users/{id}/",
    "roles": "/settings/roles/{id}/",
    "profiles": "/settings/profiles/{id}/",
    "groups": "/settings/groups/{id}/",
    "sharing-rules": "/settings/sharing/rules/{id}/",
    "module-sharing": "/settings/sharing/",
    "company": "/settings/company/",
    "company-details": "/settings/company-details/",
    "views": "/settings/list-views/",
    "layouts": "/settings/layouts/{id}/",
    "field-rules": "/settings/field-rules/{id}/",
    "labels": "/settings/labels/",
    "conversion-fields": "/settings/conversion/",
    "assignment-rules": "/settings/assignment/{id}/",
}


@admin_only
def lead_home(request: HttpRequest, slug: str, rest: str, id: str = "") -> HttpResponse:
    """Settings have pages of their own; the generic ones of their modules are not shown beside them."""
    if rest:
        raise Http404
    home = HOMES[slug]
    if id and "{id}" in home:
        return HttpResponseRedirect(home.format(id=id))
    return HttpResponseRedirect(home.partition("{id}")[0].replace("rules/", ""))


def instead_of_modules() -> list[object]:
    """Comes before the addresses of the modules."""
    return [re_path(rf"^(?P<slug>{'|'.join(HOMES)})/(?:(?P<id>\d{{1,18}})/)?(?P<rest>.*)$", lead_home)]


def patterns() -> list[object]:
    return [
        path("preferences/mine/", preferences.page, name="own_preferences"),
        path("settings/", home.page, name="settings"),
        path("settings/company/", company_page.page),
        path("settings/company-details/", company_details.page),
        path("settings/company-details/preview/", company_details.preview),
        path("settings/preview/stop/", preview.stop, name="preview_stop"),
        path("settings/erasures/", erasures.page, name="settings_erasures"),
        path("settings/why/", why_page.page, name="settings_why"),
        *_users(),
        *_roles(),
        *_profiles(),
        *_groups(),
        *_sharing(),
        path("preferences/tokens/", tokens.own),
        path("preferences/tokens/<int:id>/end/", tokens.end),
        path("settings/tokens/", tokens.all_tokens),
        path("settings/tokens/<int:id>/end/", tokens.end_any),
        path("settings/usage/", usage.page),
        path("settings/usage/limits/", usage.limits),
        path("settings/usage/file.<slug:format>", usage.file),
        *_webhooks(),
        *_layouts(),
        *_assignment(),
        path("settings/conversion/", conversion_map.page),
        path("settings/labels/", labels.page),
        path("settings/labels/<str:key>/", labels.edit),
        path("settings/modules/", modules.page),
        path("settings/modules/<str:key>/<slug:way>/", modules.switch),
        path("settings/list-views/", pending_views.page),
        path("settings/list-views/<int:id>/approve/", pending_views.approve),
        path("settings/list-views/<int:id>/refuse/", pending_views.refuse),
    ]


def _users() -> list[object]:
    one = "settings/users/<int:id>/"
    return [
        path("settings/users/", users.list_page, name="settings_users"),
        path("settings/users/new/", users.invite),
        path(one, users.detail, name="settings_user"),
        path(f"{one}edit/", users.edit),
        path(f"{one}suspend/", suspension.suspend_page),
        path(f"{one}reactivate/", suspension.reactivate),
        path(f"{one}unlock/", suspension.unlock),
        path(f"{one}remove/", suspension.remove),
        path(f"{one}sign-out/", suspension.sign_out),
        path(f"{one}link/", suspension.new_link),
        path(f"{one}factors/", suspension.remove_factors),
        path(f"{one}preview/", preview.start),
    ]


def _roles() -> list[object]:
    return [
        path("settings/roles/", roles.tree_page),
        path("settings/roles/new/", roles.new),
        path("settings/roles/<int:id>/", roles.edit),
        path("settings/roles/<int:id>/delete/", roles.delete_page),
    ]


def _profiles() -> list[object]:
    one = "settings/profiles/<int:id>/"
    return [
        path("settings/profiles/", profiles.list_page),
        path("settings/profiles/new/", profiles.new),
        path("settings/profiles/compare/", profiles.compare),
        path(one, profiles.edit),
        path(f"{one}copy/", profiles.copy),
        path(f"{one}delete/", profiles.delete_page),
        path(f"{one}find/", profile_fields.search),
        path(f"{one}fields/<str:key>/", profile_fields.page),
    ]


def _groups() -> list[object]:
    return [
        path("settings/groups/", groups.list_page),
        path("settings/groups/new/", groups.new),
        path("settings/groups/effective/", groups.effective),
        path("settings/groups/<int:id>/", groups.edit),
        path("settings/groups/<int:id>/delete/", groups.delete_page),
    ]


def _sharing() -> list[object]:
    return [
        path("settings/sharing/", sharing.page),
        path("settings/sharing/rules/new/", sharing.rule_page),
        path("settings/sharing/rules/<int:id>/", sharing.rule_page),
        path("settings/sharing/rules/<int:id>/delete/", sharing.delete_rule),
    ]


def _layouts() -> list[object]:
    return [
        path("settings/layouts/", layouts.page),
        path("settings/layouts/new/", layouts.new),
        path("settings/layouts/<int:id>/", layouts.edit),
        path("settings/layouts/<int:id>/delete/", layouts.delete),
        path("settings/field-rules/new/", field_rules.new),
        path("settings/field-rules/<int:id>/", field_rules.edit),
        path("settings/field-rules/<int:id>/delete/", field_rules.delete),
    ]


def _assignment() -> list[object]:
    one = "settings/assignment/<int:id>/"
    return [
        path("settings/assignment/", assignment.page),
        path("settings/assignment/new/", assignment.new),
        path("settings/assignment/log/", assignment.log),
        path("settings/assignment/who/", assignment.who),
        path(one, assignment.edit),
        path(f"{one}delete/", assignment.delete),
        path(f"{one}distribute/", assignment.distribute),
        path(f"{one}move/<slug:way>/", assignment.move),
    ]


def _webhooks() -> list[object]:
    one = "settings/webhooks/<int:id>/"
    return [
        path("settings/webhooks/", webhooks.page),
        path("settings/webhooks/new/", webhooks.new),
        path("settings/webhooks/hosts/", webhooks.allow),
        path("settings/webhooks/hosts/<int:id>/forbid/", webhooks.forbid),
        path(one, webhooks.detail),
        path(f"{one}edit/", webhooks.edit),
        path(f"{one}do/<slug:verb>/", webhooks.act),
        path(f"{one}deliveries/<int:delivery>/again/", webhooks.again),
    ]
