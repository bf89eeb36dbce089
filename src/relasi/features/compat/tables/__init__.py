"""Tables: how programs know our modules: their numbers, names and fields.

The numbers are those of every fresh installation programs were written for; they stand in scripts, so they never change.
"""

from relasi.features.compat.tables import agenda, catalog, customers, documents

TABLES = [*customers.TABLES, *agenda.TABLES, *catalog.TABLES, *documents.TABLES]
