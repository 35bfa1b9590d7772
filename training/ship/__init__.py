"""A weights folder: exported, calibrated, described."""
