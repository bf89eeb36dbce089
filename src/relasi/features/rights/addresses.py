"""Addresses of the settings of rights."""

from __future__ import annotations

from django.urls import path

from relasi.features.rights import groups, looking, profiles, roles, sharing


def patterns() -> list[object]:
    return [
        path("settings/roles/", roles.tree, name="role_tree"),
        path("settings/roles/<int:id>/delete/", roles.delete, name="role_delete"),
        path("settings/profiles/", profiles.listing, name="profile_list"),
        path("settings/profiles/<int:id>/", profiles.matrix, name="profile_matrix"),
        path("settings/profiles/<int:id>/copy/", profiles.copy, name="profile_copy"),
        path("settings/groups/", groups.listing, name="group_list"),
        path("settings/groups/new/", groups.edit, name="group_new"),
        path("settings/groups/<int:id>/", groups.edit, name="group_edit"),
        path("settings/groups/<int:id>/delete/", groups.delete, name="group_delete"),
        path("settings/sharing/", sharing.page, name="sharing"),
        path("settings/sharing/rules/<int:id>/delete/", sharing.delete_rule, name="sharing_rule_delete"),
        path("settings/why/", looking.why, name="why_page"),
        path("settings/preview/<int:id>/", looking.start, name="preview_start"),
        path("settings/preview/stop/", looking.stop, name="preview_stop"),
    ]
