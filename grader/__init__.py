"""Grade Keras assignments: execute notebooks, judge the networks, score the written answers."""

__version__ = "0.1.0"
