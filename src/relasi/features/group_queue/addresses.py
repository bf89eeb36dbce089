"""Addresses of the queue of groups."""

from django.urls import path

from relasi.features.group_queue import page


def patterns() -> list[object]:
    return [
        path("queue/", page.page, name="group_queue"),
        path("queue/take/", page.take_one, name="group_queue_take"),
    ]
