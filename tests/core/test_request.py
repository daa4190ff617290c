"""The arguments of `quantize` and `quantize_steps`: written once, shown by both."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from napari_kmeans_quantizer import quantize, quantize_steps
from napari_kmeans_quantizer.core.request import requested

IMAGE = np.random.default_rng(0).integers(0, 256, (9, 9, 3)).astype(np.uint8)


@pytest.mark.parametrize("function", [quantize, quantize_steps])
def test_signature_is_explicit(function):
    parameters = inspect.signature(function).parameters
    assert parameters == inspect.signature(requested).parameters
    assert list(parameters)[:3] == ["image", "n_colors", "channel_axis"]
    assert parameters["n_colors"].default == 16
    assert parameters["effort"].kind is inspect.Parameter.KEYWORD_ONLY
    assert function.__annotations__.keys() == {*parameters, "return"}


def test_what_they_return():
    assert inspect.signature(quantize).return_annotation == "Quantization"
    returned = inspect.signature(quantize_steps).return_annotation
    assert returned == "Generator[Progress, None, Quantization]"


@pytest.mark.parametrize("function", [quantize, quantize_steps])
def test_every_parameter_is_explained_once(function):
    for name in inspect.signature(function).parameters:
        assert f"    {name} : " in quantize.__doc__
    assert "Parameters\n" not in quantize_steps.__doc__


@pytest.mark.parametrize("function", [quantize, quantize_steps])
@pytest.mark.parametrize(
    ("args", "options", "message"),
    [
        ((IMAGE,), {"n_color": 3}, "unexpected keyword argument 'n_color'"),
        ((), {}, "missing a required argument: 'image'"),
        ((IMAGE, 3, None), {}, "too many positional arguments"),
        ((IMAGE, 3), {"n_colors": 3}, "multiple values for argument 'n_colors'"),
    ],
)
def test_wrong_arguments_are_named(function, args, options, message):
    with pytest.raises(TypeError, match=rf"^{function.__name__}\(\) .*{message}"):
        function(*args, **options)


def test_steps_refuse_bad_arguments_at_once():
    with pytest.raises(ValueError, match="n_colors"):
        quantize_steps(IMAGE, 0)


def test_they_are_functions_of_their_own():
    assert quantize.__name__ == "quantize"
    assert quantize_steps.__module__ == "napari_kmeans_quantizer.core.quantize"
