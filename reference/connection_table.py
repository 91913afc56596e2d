"""Which S2 maps each C3 map of LeNet-5 reads: table I of LeCun et al. 1998."""

C3_READS: tuple[tuple[int, ...], ...] = (
    # Every contiguous three of the six maps, counted round.
    (0, 1, 2),
    (1, 2, 3),
    (2, 3, 4),
    (3, 4, 5),
    (0, 4, 5),
    (0, 1, 5),
    # Every contiguous four.
    (0, 1, 2, 3),
    (1, 2, 3, 4),
    (2, 3, 4, 5),
    (0, 3, 4, 5),
    (0, 1, 4, 5),
    (0, 1, 2, 5),
    # Three of the discontinuous fours.
    (0, 1, 3, 4),
    (1, 2, 4, 5),
    (0, 2, 3, 5),
    # All.
    (0, 1, 2, 3, 4, 5),
)
"""C3 map -> the S2 maps it reads, in order: 60 connections of maps."""


def check(table: tuple[tuple[int, ...], ...], *, maps: int | None = None) -> None:
    """Say what is wrong with a connection table, if anything is.

    Args:
        table: For each map above, the indices of the maps below that it reads.
        maps: Number of maps below, where known.

    Raises:
        ValueError: If the table or a row is empty, or a row has a map twice or one that is not
            there.
    """
    if not table:
        raise ValueError("table: received no rows, expected one for each output map")
    for number, row in enumerate(table):
        if not row:
            raise ValueError(f"table[{number}]: received no maps, expected at least 1")
        if len(set(row)) < len(row):
            raise ValueError(f"table[{number}]: received {list(row)}, expected each map once")
        if min(row) < 0:
            raise ValueError(f"table[{number}]: received {min(row)}, expected at least 0")
        if maps is not None and max(row) >= maps:
            raise ValueError(
                f"table[{number}]: received map {max(row)}, expected below {maps}, "
                "the number of input maps"
            )
