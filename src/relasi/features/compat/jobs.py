"""Jobs of the compatibility API: forgetting what nobody needs any more."""

from __future__ import annotations

from procrastinate.contrib.django import app

from relasi.features.compat.challenge import forget_old_challenges
from relasi.features.compat.sent_file import forget_old_files
from relasi.features.compat.session import forget_old_sessions
from relasi.features.compat.wrong_tries import forget_old_tries


@app.periodic(cron="17 * * * *")
@app.task(name="forget_compat", queueing_lock="forget_compat")
def forget_compat(timestamp: int) -> int:
    """Safe to run twice. Returns how many rows went."""
    return forget_old_files() + forget_old_challenges() + forget_old_sessions() + forget_old_tries()
