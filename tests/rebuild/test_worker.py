"""The models of one submission, rebuilt in one process and judged on images it never saw."""

import numpy as np
import pytest

from grader.course import Limits
from grader.data import DataSet
from grader.errors import SandboxError
from grader.rebuild import rebuild
from grader.records import ArraySpec, Training
from tests.rebuild.capture import bare, captured, layer, sequential

pytestmark = [pytest.mark.keras, pytest.mark.slow]

IMAGES = 40


class Nowhere:
    """A machine on which nothing can be started."""

    name = "none"
    weaker = ()

    def run(self, *args, **options):
        raise SandboxError("nothing starts here")


def lenet(keras):
    la = keras.layers
    return keras.Sequential(
        [
            la.Input((28, 28, 1)),
            la.Conv2D(6, 5, activation="tanh"),
            la.AveragePooling2D(2),
            la.Flatten(),
            la.Dense(10),
        ]
    )


def alexnet_on_cifar():
    def conv(name, kernel, **more):
        return layer("Conv2D", name, filters=8, kernel_size=[kernel, kernel], **more)

    def pool(name):
        return layer("MaxPooling2D", name, pool_size=[3, 3], strides=[2, 2])

    layers = (conv("c1", 11, strides=[4, 4]), pool("p1"), conv("c2", 5, padding="same"), pool("p2"))
    return sequential(*layers, shape=(32, 32, 3))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    rng = np.random.default_rng(0)
    file = tmp_path_factory.mktemp("data") / "mnist.npz"
    np.savez(
        file,
        x_train=rng.integers(0, 256, (200, 28, 28)).astype("uint8"),
        y_train=rng.integers(0, 10, 200).astype("uint8"),
        x_test=rng.integers(0, 256, (60, 28, 28)).astype("uint8"),
        y_test=rng.integers(0, 10, 60).astype("uint8"),
    )
    return DataSet(name="mnist", path=file, real=False, origin="noise", distinct_test=IMAGES)


@pytest.fixture(scope="module")
def original():
    import keras

    keras.utils.set_random_seed(5)
    return lenet(keras)


@pytest.fixture(scope="module")
def results(original, dataset, tmp_path_factory):
    import grader.sandbox

    folder = tmp_path_factory.mktemp("models")
    sample = dataset.load()["x_train"][:16].astype("float32")[..., None] / 255
    good = captured(original, folder / "good", sample=sample, steps=5)
    short = captured(original, folder / "short", sample=sample, steps=5)
    short.blob.path.write_bytes(b"\0" * 10)
    twisted = np.sin(sample * 9).astype("float32")
    models = {
        "trained": good,
        "untrained": bare(sequential(layer("Flatten", "f"), shape=(32, 32, 1)), params=0),
        "impossible": bare(alexnet_on_cifar(), failure="Computed output size would be negative"),
        "lambda": bare(sequential(layer("Lambda", "twice")), params=7),
        "custom": bare({"class_name": "Net", "config": {}}, params=9, problem="Net is a class"),
        "twisted": captured(original, folder / "twisted", sample=twisted, steps=5),
        "unseen": captured(original, folder / "unseen", steps=5),
        "too large to export": good.model_copy(update={"weights": (), "blob": None}),
        "short": short,
        "wrong shapes": good.model_copy(
            update={"weights": (ArraySpec(name="a/kernel", shape=(1,), dtype="float32"),)}
        ),
        "last": good.model_copy(update={"variable": "last"}),
        "not asked": good,
        "unreproduced": bare(sequential(layer("Flatten", "f")), failure="Something else\nbroke"),
    }
    names = list(models)
    evaluate = {i: [dataset] for i, n in enumerate(names) if n not in ("not asked", "unreproduced")}
    spool = tmp_path_factory.mktemp("spool")
    found = rebuild(
        list(models.values()),
        evaluate=evaluate,
        sandbox=grader.sandbox.find("none"),
        limits=Limits(),
        spool=spool,
    )
    assert not list(spool.glob("inputs-*"))
    return dict(zip(names, found, strict=True))


def test_nothing_is_started_for_no_models(tmp_path):
    given = {"evaluate": {}, "limits": Limits(), "spool": tmp_path}
    assert rebuild([], sandbox=Nowhere(), **given) == []


def test_a_machine_that_starts_nothing_says_so(tmp_path):
    model = bare(sequential(layer("Flatten", "f")))
    with pytest.raises(SandboxError):
        rebuild([model], evaluate={}, sandbox=Nowhere(), limits=Limits(), spool=tmp_path)


def test_accuracy_is_what_the_original_gets_on_the_distinct_test_images(results, original, dataset):
    summary, predictions = results["trained"]
    arrays = dataset.load()
    images = arrays["x_test"][:IMAGES, ..., None].astype("float32") / 255
    answers = original.predict(images, verbose=0).argmax(axis=1)
    correct = int((answers == arrays["y_test"][:IMAGES]).sum())
    assert (predictions.correct, predictions.n) == (correct, IMAGES)
    assert predictions.value == correct / IMAGES
    assert (predictions.dataset, predictions.verified, predictions.real) == ("mnist", True, False)
    assert predictions.preprocessing == "x / 255"
    assert predictions.problem is None
    assert summary.verified
    assert summary.params == 156 + (12 * 12 * 6 + 1) * 10
    assert summary.training == Training(steps=5)


def test_a_model_after_a_broken_one_is_judged_all_the_same(results):
    first, last = results["trained"][1], results["last"][1]
    assert last == first
    assert results["last"][0].variable == "last"


def test_a_model_that_was_not_trained_is_told_so_and_what_it_reads(results):
    summary, predictions = results["untrained"]
    assert summary.verified
    assert predictions.turn == "student"
    assert predictions.problem == (
        "the model was never trained: no optimiser step was seen. "
        "It reads images of 32x32x1; those of mnist are 28x28x1"
    )


def test_a_model_that_cannot_be_built_is_told_where_and_why(results):
    summary, predictions = results["impossible"]
    assert summary.failure.layer == "p2"
    assert summary.failure.message == (
        "p2 (3x3, stride 2) needs at least 3x3, gets 2x2: floor((2 - 3) / 2) + 1 = 0"
    )
    assert summary.verified
    assert [la.output_shape for la in summary.layers] == [(6, 6, 8), (2, 2, 8), (2, 2, 8), None]
    assert predictions.turn == "student"
    assert summary.failure.message in predictions.problem


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("lambda", 7, "'Lambda' is not among the layers"),
        ("custom", 9, "Net is a class"),
        ("wrong shapes", 8806, "has 4 weight arrays, received 1"),
    ],
)
def test_what_cannot_be_rebuilt_is_not_verified_and_says_why(results, name, params, words):
    summary, _ = results[name]
    assert not summary.verified
    assert summary.params == params
    assert words in summary.problem


@pytest.mark.parametrize(
    ("name", "turn", "words"),
    [
        ("lambda", "student", "never trained"),
        ("twisted", "review", "preprocessing not recognised"),
        ("unseen", "review", "were not seen"),
        ("too large to export", "machine", "not exported"),
        ("short", "review", "the weights are 10 bytes"),
        ("wrong shapes", "review", "could not be rebuilt"),
    ],
)
def test_every_missing_figure_is_someones_turn(results, name, turn, words):
    _, predictions = results[name]
    assert predictions.value is None
    assert predictions.turn == turn
    assert words in predictions.problem


def test_predictions_come_only_where_they_are_asked_for(results):
    assert results["not asked"][1] is None


def test_a_failure_that_cannot_be_found_again_is_for_a_person(results):
    summary, _ = results["unreproduced"]
    assert not summary.verified
    assert summary.failure.message == "Something else"
    assert "could not be found here" in summary.problem


def test_a_process_that_dies_leaves_every_model_its_place(dataset, tmp_path):
    import grader.sandbox

    tight = Limits(submission_seconds=0.2)
    models = [bare(sequential(layer("Flatten", "f")), params=3)] * 2
    found = rebuild(
        models, evaluate={}, sandbox=grader.sandbox.find("none"), limits=tight, spool=tmp_path
    )
    assert [(s.verified, s.params) for s, _ in found] == [(False, 3)] * 2
    assert all("the rebuild process stopped" in s.problem for s, _ in found)
