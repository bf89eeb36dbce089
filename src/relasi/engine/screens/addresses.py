"""Addresses: the path of a page names its module; about thirty patterns serve them all."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, register_converter

from relasi.engine.screens.shell import Entry, entry_of


class EntryConverter:
    """/contacts/ -> the menu entry of that slug."""

    regex = "[a-z][a-z0-9-]*"

    def to_python(self, value: str) -> Entry:
        try:
            return entry_of(value)
        except KeyError:
            raise ValueError(value) from None

    def to_url(self, value: Entry | str) -> str:
        return value if isinstance(value, str) else value.slug


register_converter(EntryConverter, "entry")


def module_patterns() -> list[URLResolver]:
    """Lists and records come first, which are asked for all day."""
    found = [*list_patterns(), *record_patterns(), *view_patterns(), *board_patterns()]
    return [path("<entry:entry>/", include(found))]


def list_patterns() -> list[URLPattern]:
    from relasi.engine.screens import (
        bulk,
        cells,
        form,
        list_columns,
        list_counts,
        list_filter,
        merge,
        one_row,
    )

    return [
        path("", one_row.page, name="list"),
        path("totals/", list_counts.totals, name="totals"),
        path("counts/", list_counts.counts, name="view_counts"),
        path("filter/", list_filter.filter_editor, name="filter_editor"),
        path("conditions/", list_filter.conditions, name="conditions"),
        path("column/", list_filter.column, name="column_filter"),
        path("columns/", list_columns.column_chooser, name="column_chooser"),
        path("widths/", list_columns.widths, name="column_widths"),
        path("sort/", list_columns.sort_editor, name="sort_editor"),
        path("bulk/", bulk.page, name="bulk"),
        path("merge/", merge.page, name="merge"),
        path("new/", form.create, name="create"),
        path("quick/", form.quick, name="quick"),
        path("cells/", cells.paste, name="cells_paste"),
    ]


def record_patterns() -> list[URLPattern]:
    from relasi.engine.screens import cells, form, inline, one_view, preview, tree, verb_dialog

    return [
        path("<int:id>/", one_view.page, name="record"),
        path("<int:id>/edit/", form.edit, name="edit"),
        *hanging_patterns(),
        path("<int:id>/why/", one_view.why, name="why"),
        path("<int:id>/tree/", tree.page, name="tree"),
        path("<int:id>/delete/", one_view.delete, name="delete"),
        path("<int:id>/restore/", one_view.restore_record, name="restore"),
        path("<int:id>/do/<slug:verb>/", verb_dialog.do, name="do"),
        path("<int:id>/field/<slug:name>/", inline.field, name="field"),
        path("<int:id>/cell/<slug:name>/", cells.cell, name="cell"),
        path("<int:id>/preview/", preview.page, name="preview"),
        path("<int:id>/around/", preview.around, name="around"),
    ]


def view_patterns() -> list[URLPattern]:
    from relasi.engine.screens import view_colours, views

    one = "views/<int:id>/"
    return [
        path("views/", views.save, name="view_save"),
        path(one, views.edit, name="view_edit"),
        path(f"{one}keep/", views.keep, name="view_keep"),
        path(f"{one}copy/", views.copy, name="view_copy"),
        path(f"{one}pin/", views.pin, name="view_pin"),
        path(f"{one}colours/", view_colours.page, name="view_colours"),
        path(f"{one}answer/", views.read_answer, name="view_answer"),
        path(f"{one}delete/", views.delete, name="view_delete"),
        path(f"{one}restore/", views.restore, name="view_restore"),
        path("views/<slug:key>/first/", views.first, name="view_first"),
    ]


def board_patterns() -> list[URLPattern]:
    from relasi.engine.screens import kanban, kanban_move, kanban_setting

    return [
        path("board/", kanban.page, name="board"),
        path("board/columns/", kanban.columns, name="board_columns"),
        path("board/totals/", kanban.totals, name="board_totals"),
        path("board/more/", kanban.more, name="board_more"),
        path("board/fold/", kanban.fold, name="board_fold"),
        path("board/move/", kanban_move.move, name="board_move"),
        path("board/place/", kanban_move.place, name="board_place"),
        path("board/setting/", kanban_setting.setting, name="board_setting"),
    ]


def hanging_patterns() -> list[URLPattern]:
    """What hangs on one record."""
    from relasi.engine.screens import activity, following, tagging

    record, comment = "<int:id>/", "<int:id>/comments/<int:comment_id>/"
    return [
        path(f"{record}timeline/", activity.timeline, name="timeline"),
        path(f"{record}people/", activity.people, name="people"),
        path(f"{record}comments/", activity.comment, name="comment"),
        path(comment, activity.edit_comment, name="comment_edit"),
        path(f"{comment}delete/", activity.delete_comment, name="comment_delete"),
        path(f"{comment}history/", activity.comment_history, name="comment_history"),
        path(f"{record}files/", activity.upload, name="files"),
        path(f"{record}tags/", tagging.change, name="record_tags"),
        path(f"{record}star/", following.star, name="star"),
        path(f"{record}follow/", following.settings, name="follow"),
        path("tag-options/", tagging.options, name="tag_options"),
    ]


def activity_patterns() -> list[object]:
    """Files, the inbox, and the tags of all modules."""
    from relasi.engine.screens import bin_files, files, following, inbox, notification_choices, tags

    return [
        path("bin/files/", bin_files.page, name="bin_files"),
        path("file/<int:id>/", files.download, name="file"),
        path("file/<int:id>/small/", files.small, name="file_small"),
        path("file/<int:id>/remove/", files.remove, name="file_remove"),
        path("file/<int:id>/restore/", files.put_back, name="file_restore"),
        path("follow/<int:id>/stop/", following.stop, name="follow_stop"),
        path("inbox/", inbox.page, name="inbox"),
        path("inbox/bell/", inbox.bell, name="bell"),
        path("inbox/mark/", inbox.mark, name="inbox_mark"),
        path("inbox/<int:id>/", inbox.one, name="notification"),
        path("preferences/notifications/", notification_choices.page, name="notification_choices"),
        path("tags/", tags.page, name="tags"),
        path("tags/<int:id>/", tags.one, name="tag"),
    ]


def engine_patterns() -> list[object]:
    from relasi.engine.screens import (
        bin,
        bulk_job,
        calendar,
        calendar_feed,
        changes,
        lookup,
        palette,
        preferences,
    )
    from relasi.engine.screens.one_view import by_id
    from relasi.engine.screens.picture import picture
    from relasi.engine.screens.styleguide import styleguide

    return [
        path("r/<int:id>/", by_id, name="by_id"),
        path("calendar/", calendar.page, name="calendar"),
        path("calendar/move/", calendar.move, name="calendar_move"),
        path("calendar/feed/", calendar_feed.page, name="calendar_feed"),
        path("calendar/feed/<str:token>.ics", calendar_feed.feed, name="calendar_ics"),
        path("lookup/<str:key>/", lookup.options, name="lookup"),
        path("picture/<path:name>", picture, name="picture"),
        *activity_patterns(),
        path("search/", palette.search_page, name="search"),
        path("bin/", bin.page, name="bin"),
        path("bin/purge/", bin.purge_page, name="bin_purge"),
        path("bin/empty/", bin.empty_page, name="bin_empty"),
        path("changes/", changes.page, name="changes"),
        path("changes/<int:id>/", changes.one, name="change_set"),
        path("changes/<int:id>/undo/", changes.undo, name="undo"),
        path("bulk/<int:id>/", bulk_job.page, name="bulk_job"),
        path("bulk/<int:id>/failures.csv", bulk_job.faults_file, name="bulk_failures"),
        path("bulk/<int:id>/do/<slug:verb>/", bulk_job.act, name="bulk_act"),
        path("preferences/", preferences.switch, name="preferences"),
        path("styleguide/", styleguide, name="styleguide"),
    ]
