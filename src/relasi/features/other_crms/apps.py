from django.apps import AppConfig


class OtherCrms(AppConfig):
    name = "relasi.features.other_crms"
    label = "other_crms"

    def ready(self) -> None:
        from relasi.engine.transfer.known_source import learn
        from relasi.features.other_crms import hubspot, pipedrive, salesforce, vtiger, zoho

        for program in (hubspot, pipedrive, salesforce, zoho, vtiger):
            learn(program.SOURCE)
