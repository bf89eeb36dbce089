"""Settings of every test run: the product's own, with an app of fake modules beside the real ones."""

from relasi.project.settings import *  # noqa: F403
from relasi.project.settings import INSTALLED_APPS as REAL_APPS

# The app that binds the registry stays last, when every module is there.
INSTALLED_APPS = [*REAL_APPS[:-1], "tests.fakes", REAL_APPS[-1]]
