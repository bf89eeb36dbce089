"""The table of contents of this app."""

from relasi.engine.query.board_setting import BoardSetting
from relasi.engine.query.saved_view import SavedView

__all__ = ["BoardSetting", "SavedView"]
