"""The export job: claim, clip, manifest, archive, folder."""
