"""The rebuild worker: hostile structure and numbers in, checked description and predictions out."""
