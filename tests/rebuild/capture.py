"""Hand a live Keras model over as the run process would."""

import json

import numpy as np

from grader.records import ArraySpec, Blob, CapturedModel, Training


def config(model):
    """The structure as it arrives: JSON, so tuples are lists."""
    return json.loads(
        json.dumps({"class_name": type(model).__name__, "config": model.get_config()})
    )


def specs(model):
    return [{"name": w.path, "shape": list(w.shape), "dtype": str(w.dtype)} for w in model.weights]


def blob(model, file):
    file.write_bytes(b"".join(w.numpy().tobytes() for w in model.weights))
    return Blob(path=file, size=file.stat().st_size)


def captured(model, file, *, sample=None, steps=0, **fields):
    """A CapturedModel whose numbers lie in `file` (and beside it)."""
    if sample is not None:
        beside = file.with_suffix(".sample")
        beside.write_bytes(np.ascontiguousarray(sample).tobytes())
        fields["sample"] = ArraySpec(name="sample", shape=sample.shape, dtype=str(sample.dtype))
        fields["sample_blob"] = Blob(path=beside, size=sample.nbytes)
    return CapturedModel(
        **{
            "variable": "model",
            "cell": 3,
            "framework": "keras",
            "config": config(model),
            "weights": tuple(ArraySpec(**s) for s in specs(model)),
            "blob": blob(model, file),
            "params": model.count_params(),
            "training": Training(steps=steps) if steps else None,
            **fields,
        }
    )


def bare(config, **fields):
    """A CapturedModel that is a structure alone."""
    return CapturedModel(
        **{"variable": "model", "cell": 3, "framework": "keras", "config": config, **fields}
    )


def layer(kind, name, **config):
    """One layer as Keras writes it."""
    return {
        "module": "keras.layers",
        "class_name": kind,
        "registered_name": None,
        "config": {"name": name, "trainable": True, **config},
    }


def sequential(*layers, shape=(28, 28, 1)):
    """A Sequential as Keras writes it."""
    given = layer("InputLayer", "input", batch_shape=[None, *shape])
    return {"class_name": "Sequential", "config": {"name": "net", "layers": [given, *layers]}}
