"""The squashing function of LeNet-5: 1.7159 tanh(2x/3)."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="reference")  # type: ignore[untyped-decorator]
def scaled_tanh(x: Any) -> Any:
    """Squash each entry to `1.7159 * tanh(2 / 3 * x)`; the shape stays.

    Source: LeCun et al. 1998, equation 6 and appendix A. The constants make f(1) = 1 and
    f(-1) = -1, where the curvature is greatest, so targets of +1 and -1 do not saturate a unit.
    """
    return 1.7159 * ops.tanh(x * (2 / 3))
