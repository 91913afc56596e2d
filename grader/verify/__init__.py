"""Checks of a model, one file per type: `check(subject, *, options) -> Finding`."""
