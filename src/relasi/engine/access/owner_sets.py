"""The sets of owners that filters name by word: me, my team, those who left."""

from __future__ import annotations

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.access.directory import directory
from relasi.engine.access.door import rights_of
from relasi.engine.access.owner import Owner
from relasi.engine.access.rights import Rights


def owners_called(word: str) -> set[int]:
    """ "me": the acting person; "my_team": that person, the people below and their groups;
    "my_groups": the groups that person is in; "inactive": leavers."""
    user = acting_user()
    if word == "inactive":
        return set(Owner.objects.filter(active=False).values_list("pk", flat=True))
    if user is SYSTEM or user is None:
        return set()
    if word == "me":
        return {user.id}
    if word == "my_groups":
        return directory().groups_of({user.id})
    rights: Rights = rights_of(user)
    return {user.id} | rights.owners_below() | directory().groups_of({user.id})
