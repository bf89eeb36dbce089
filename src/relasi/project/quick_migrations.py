"""What is added to a database does not build every model anew.

Django keeps a class for each model of the past while it migrates, and builds again the class that something was added to, and
every class related to it: most of the time of setting up a new database, growing with the square of the number of models.
PostgreSQL needs none of it. Indexes, constraints and triggers are only read from the class's options, so they are put there.
A new model or field builds its own class alone: those that lead to it keep the one of before, whose table and key are the
same. A migration that works with rows gets all of them built anew, for Django knows this state as delayed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

OPTIONS = ("indexes", "constraints", "triggers")


def install() -> None:
    """Once in a process that migrates."""
    if hasattr(ProjectState._append_option, "__wrapped__"):
        return
    for name in ("_append_option", "_remove_option", "_alter_option", "rename_index"):
        setattr(ProjectState, name, _in_place(getattr(ProjectState, name), lambda asked: asked[0]))
    for name in ("add_model", "add_field"):
        setattr(
            ProjectState, name, _in_place(getattr(ProjectState, name), lambda asked: asked[0], _build_alone)
        )
    for operation in (AddTrigger, RemoveTrigger):
        operation.state_forwards = _in_place(operation.state_forwards, lambda asked: asked[2])


def _in_place(
    change: Callable[..., None],
    state_of: Callable[[tuple[Any, ...]], ProjectState],
    instead: Callable[..., None] | None = None,
) -> Callable[..., None]:
    """change: what asks for classes to be built anew. instead: what is done then; the options are set if None."""

    @wraps(change)
    def changed(*asked: Any, **more: Any) -> None:
        state = state_of(asked)
        state.reload_model = partial(instead or _set_options, state)
        try:
            change(*asked, **more)
        finally:
            del state.reload_model

    return changed


def _set_options(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    if "apps" not in state.__dict__:
        return  # The classes are not built yet; they will be built with these options.
    options = state.models[app_label, model_name.lower()].options
    meta = state.apps.get_model(app_label, model_name)._meta
    for name in OPTIONS:
        setattr(meta, name, list(options.get(name, ())))


def _build_alone(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    if "apps" in state.__dict__:
        state.is_delayed = True
        state._reload({(app_label, model_name.lower())})
