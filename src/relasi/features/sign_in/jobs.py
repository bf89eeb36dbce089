"""Jobs of signing in: mail with links, and the end of locks."""

from __future__ import annotations

from procrastinate.contrib.django import app

from relasi.features.sign_in.attempt import find_user, release_locks
from relasi.features.sign_in.mail import can_send_links, send_link


@app.task(name="send_password_link", retry=3)
def send_password_link(typed: str, purpose: str) -> None:
    """purpose: "invitation" or "reset". typed: a username or an e-mail, of somebody or of nobody."""
    user = find_user(typed)
    if user is not None and can_send_links():
        send_link(user, purpose)


@app.periodic(cron="*/5 * * * *")
@app.task(name="release_locks", queueing_lock="release_locks")
def end_locks(timestamp: int) -> None:
    release_locks()
