from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from relasi.project import quick_migrations


def test_an_index_or_constraint_is_added_and_removed_without_building_the_class_again() -> None:
    quick_migrations.install()
    state = ProjectState()
    state.add_model(
        ModelState(
            "aviary", "Nest", [("id", models.BigAutoField(primary_key=True)), ("eggs", models.IntegerField())]
        )
    )
    built = state.apps.get_model("aviary", "nest")

    state.add_index("aviary", "nest", models.Index(fields=["eggs"], name="nest_eggs"))
    state.add_constraint(
        "aviary", "nest", models.CheckConstraint(condition=models.Q(eggs__gt=0), name="some")
    )
    assert state.apps.get_model("aviary", "nest") is built
    assert [index.name for index in built._meta.indexes] == ["nest_eggs"]
    assert [one.name for one in built._meta.constraints] == ["some"]

    state.remove_index("aviary", "nest", "nest_eggs")
    assert state.apps.get_model("aviary", "nest") is built
    assert built._meta.indexes == []
    assert state.models["aviary", "nest"].options["indexes"] == []


def test_a_new_field_still_builds_the_class_again() -> None:
    quick_migrations.install()
    state = ProjectState()
    state.add_model(ModelState("aviary", "Nest", [("id", models.BigAutoField(primary_key=True))]))
    built = state.apps.get_model("aviary", "nest")
    state.add_field("aviary", "nest", "eggs", models.IntegerField(null=True), preserve_default=True)
    assert state.apps.get_model("aviary", "nest") is not built


def test_a_field_that_leads_elsewhere_builds_its_own_class_alone_and_rows_are_worked_on_with_all_anew() -> (
    None
):
    quick_migrations.install()
    state = ProjectState()
    for name in ("Tree", "Nest"):
        state.add_model(ModelState("aviary", name, [("id", models.BigAutoField(primary_key=True))]))
    tree, nest = state.apps.get_model("aviary", "tree"), state.apps.get_model("aviary", "nest")
    leads = models.ForeignKey("aviary.tree", models.CASCADE)
    state.add_field("aviary", "nest", "tree", leads, preserve_default=True)
    assert state.apps.get_model("aviary", "tree") is tree
    built = state.apps.get_model("aviary", "nest")
    assert built is not nest and built._meta.get_field("tree").related_model is tree

    state.add_field("aviary", "tree", "height", models.IntegerField(null=True), preserve_default=True)
    state.clear_delayed_apps_cache()  # what a migration that works with rows does first
    tree = state.apps.get_model("aviary", "tree")
    assert state.apps.get_model("aviary", "nest")._meta.get_field("tree").related_model is tree
    assert tree._meta.get_field("height")
