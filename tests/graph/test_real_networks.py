"""The course's own references beside networks that Keras built, however they were written."""

import json
from pathlib import Path

import pytest

from grader.graph.compare import compare
from grader.graph.counts import adapted_params
from grader.records import ModelSummary
from tests.graph.networks import ALEXNETS, LENETS, REFERENCES

pytestmark = [pytest.mark.keras, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def references(tmp_path_factory):
    from grader.rebuild.references import references

    patch = pytest.MonkeyPatch()
    patch.setenv("GRADE_HOME", str(tmp_path_factory.mktemp("home")))
    yield references(ROOT, ["lenet5", "alexnet"])
    patch.undo()


def summary(built):
    from grader.rebuild.inside import keras_model

    config = {"class_name": type(built).__name__, "config": json.loads(built.to_json())["config"]}
    told = keras_model.summarise({"config": config, "weights": [], "images": []})
    told.pop("accepts", None)
    return ModelSummary(variable="m", cell=0, framework="keras", verified=True, **told)


def test_references_written_by_hand_are_those_of_the_course(references):
    own = {(r.network, r.variant): r for r in LENETS + ALEXNETS}
    assert [(r.network, r.variant) for r in references] == list(own)
    for reference in references:
        found = compare(reference.summary, REFERENCES)
        assert found is not None
        assert (found.network, found.variant) == (reference.network, reference.variant)
        assert found.differences == ()
        assert reference.summary.params == own[reference.network, reference.variant].summary.params
        assert reference.accepted == own[reference.network, reference.variant].accepted


def test_a_nested_functional_lenet_is_the_sequential_one(references):
    import keras
    from keras import layers

    features = keras.Sequential(
        [
            layers.ZeroPadding2D(2),
            *(layers.Conv2D(6, 5), layers.Activation("tanh"), layers.AveragePooling2D(2)),
            *(layers.Conv2D(16, 5), layers.Activation("tanh"), layers.AveragePooling2D(2)),
        ]
    )
    pictures = keras.Input((28, 28, 1))
    x = layers.Flatten()(features(pictures))
    x = layers.Dense(84, "tanh")(layers.Dense(120, "tanh")(x))
    built = keras.Model(pictures, layers.Softmax()(layers.Dense(10)(x)))
    found = compare(summary(built), references)
    assert found is not None
    assert (found.variant, found.differences, found.credit) == ("padded_28", (), 1.0)


def test_a_residual_shortcut_is_no_lenet(references):
    import keras
    from keras import layers

    pictures = keras.Input((32, 32, 1))
    x = layers.AveragePooling2D(2)(layers.Conv2D(6, 5, activation="tanh")(pictures))
    x = layers.Conv2D(16, 5, activation="tanh")(x)
    x = layers.Add()([x, layers.Conv2D(16, 1)(x)])
    x = layers.Flatten()(layers.AveragePooling2D(2)(x))
    x = layers.Dense(84, "tanh")(layers.Dense(120, "tanh")(x))
    found = compare(summary(keras.Model(pictures, layers.Dense(10)(x))), references)
    assert found is not None
    assert found.conforms == "no"
    assert [d.kind for d in found.differences if d.severity == "fault"] == ["extra", "extra"]


def test_alexnet_on_224_has_the_count_that_keras_gives(references):
    import keras
    from keras import layers

    def conv(filters, size, **options):
        return layers.Conv2D(filters, size, activation="relu", **{"padding": "same", **options})

    built = keras.Sequential(
        [
            layers.Input((224, 224, 3)),
            *(conv(96, 11, strides=4, padding="valid"), layers.MaxPooling2D(3, 2)),
            *(conv(256, 5, groups=2), layers.MaxPooling2D(3, 2)),
            *(conv(384, 3), conv(384, 3, groups=2), conv(256, 3, groups=2)),
            *(layers.MaxPooling2D(3, 2), layers.Flatten()),
            *(layers.Dense(4096, "relu"), layers.Dense(4096, "relu"), layers.Dense(10)),
        ]
    )
    model = summary(built)
    found = compare(model, references)
    assert found is not None
    assert (found.conforms, found.credit) == ("accepted-variant", 1.0)
    assert adapted_params(model, references) == built.count_params()
