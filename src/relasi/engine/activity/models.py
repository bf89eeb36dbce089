"""The table of contents of this app."""

from relasi.engine.activity.attachment import Attachment
from relasi.engine.activity.choices import NotificationChoices
from relasi.engine.activity.comment import Comment
from relasi.engine.activity.follow import Follow
from relasi.engine.activity.notification import News, Notification
from relasi.engine.activity.public_link import PublicLink, PublicVisit
from relasi.engine.activity.sent_mail import SentMail
from relasi.engine.activity.tag import Tag
from relasi.engine.activity.tagging import Tagging

__all__ = [
    "Attachment",
    "Comment",
    "Follow",
    "News",
    "Notification",
    "NotificationChoices",
    "PublicLink",
    "PublicVisit",
    "SentMail",
    "Tag",
    "Tagging",
]
