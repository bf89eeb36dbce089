"""The table of contents of this app."""

from relasi.engine.access.group import Group
from relasi.engine.access.owner import Epoch, Owner
from relasi.engine.access.profile import Profile
from relasi.engine.access.role import Role
from relasi.engine.access.sharing_rule import ModuleSharing, SharingRule

__all__ = ["Epoch", "Group", "ModuleSharing", "Owner", "Profile", "Role", "SharingRule"]
