"""Score written answers: one file per scorer, named as in a rubric."""
