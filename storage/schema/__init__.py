"""Every table, by subject, each column explained; importing one of them makes the metadata whole."""

from storage.schema import cameras, database, footage, people, personal, retention

__all__ = ["cameras", "database", "footage", "people", "personal", "retention"]
