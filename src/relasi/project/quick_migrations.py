"""Adding an index, a constraint or a trigger does not build every model anew.

Django keeps a class for each model of the past while it migrates, and builds again the class that an index was added to, and
every class related to it: most of the time of setting up a new database, growing with the square of the number of models.
PostgreSQL needs none of it: these three are only read from the class's options, so they are put there.
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
    for operation in (AddTrigger, RemoveTrigger):
        operation.state_forwards = _in_place(operation.state_forwards, lambda asked: asked[2])


def _in_place(
    change: Callable[..., None], state_of: Callable[[tuple[Any, ...]], ProjectState]
) -> Callable[..., None]:
    @wraps(change)
    def changed(*asked: Any, **more: Any) -> None:
        state = state_of(asked)
        state.reload_model = partial(_set_options, state)
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
