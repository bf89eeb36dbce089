from django.apps import AppConfig


class Mcp(AppConfig):
    name = "relasi.features.mcp"
    label = "mcp"

    def ready(self) -> None:
        # What a person is told, and what an erasure takes out of proposals.
        from relasi.features.mcp import news  # noqa: F401
