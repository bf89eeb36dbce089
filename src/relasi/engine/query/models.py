"""The table of contents of this app."""

from relasi.engine.query.board_setting import BoardSetting
from relasi.engine.query.by_hand import CardPlace
from relasi.engine.query.calendar_feed import CalendarFeed
from relasi.engine.query.saved_view import SavedView
from relasi.engine.query.viewed import Viewed

__all__ = ["BoardSetting", "CalendarFeed", "CardPlace", "SavedView", "Viewed"]
