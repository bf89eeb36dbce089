from django.apps import AppConfig


class Activity(AppConfig):
    name = "relasi.engine.activity"
    label = "activity"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from relasi.engine.activity import news  # noqa: F401  (hears what happens)
        from relasi.engine.activity.follow import FOLLOWED, FollowedKind
        from relasi.engine.activity.tagging import TagsKind
        from relasi.engine.activity.timeline_sources import register_sources
        from relasi.engine.query.beside import register_beside
        from relasi.engine.query.saved_view import register_view

        register_sources()
        register_beside("tags", _("Tags"), TagsKind)
        register_beside("followed", _("Followed"), FollowedKind)
        register_view(FOLLOWED)
