"""K-means with scikit-learn's interface and meaning, and without scikit-learn."""

from __future__ import annotations

import inspect
import sys
import warnings
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import (
    as_centers,
    as_finite_points,
    as_scikit_learn_generator,
    as_weights,
    check_choice,
    check_count,
    near_one,
    times_two_to,
)
from .data_frames import CONTAINERS, check_same_names, contained, difference, feature_names
from .distances import fill_distances
from .lloyd import (
    Clustering,
    lloyd,
    mean_variance,
    plus_plus_seeds,
    random_seeds,
    same_clusters,
)
from .threads import chunks, workers
from .weighted_points import WeightedPoints

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from numpy.typing import ArrayLike, NDArray

    from .lloyd import Generator

    Floats = NDArray[np.float64]
    Labels = NDArray[np.int32]


class ConvergenceWarning(UserWarning):
    """Fewer distinct clusters were found than asked for."""


class NotFittedError(ValueError, AttributeError):
    """An estimator was used before `fit`."""


class KMeans:
    """K-means clustering, a drop-in for ``sklearn.cluster.KMeans``.

    Parameters
    ----------
    n_clusters : int, default 8
        Number of clusters, at least 1.
    init : {"k-means++", "random"}, (n_clusters, D) array_like or callable, default "k-means++"
        Where the centers start: points far from each other (greedy k-means++), points drawn at
        random, these centers, or what ``init(X, n_clusters, random_state=...)`` returns.
    n_init : "auto" or int, default "auto"
        Number of runs; the one of lowest inertia is kept. "auto": 10 for "random" and for a
        callable, else 1.
    max_iter : int, default 300
        Most iterations of one run.
    tol : float, default 1e-4
        A run ends when the sum of the squared moves of all centers falls to `tol` times the mean
        variance of the features.
    verbose : int, default 0
        Above 0, the inertia of each run is printed.
    random_state : None, int, numpy.random.RandomState or numpy.random.Generator, default None
        Same int, same result, with any number of threads. None: different every time. numpy's
        global generator is never used.
    copy_x : bool, default True
        Accepted for scikit-learn's sake: `X` is never modified.
    algorithm : {"lloyd", "elkan"}, default "lloyd"
        Accepted for scikit-learn's sake: the result is the same to the last bit, and distances are
        always passed over where that is quicker.

    Attributes
    ----------
    cluster_centers_ : (n_clusters, D) array, float32 if X is, else float64
        The means of the clusters.
    labels_ : (n,) int32 array
        0-based index of every point's nearest center; ties go to the lower index.
    inertia_ : float
        Sum of the squared distances to the nearest center, times the weights.
    n_iter_ : int
        Iterations of the best run.
    n_features_in_ : int
        Number of columns, D.
    feature_names_in_ : (D,) array of str
        Names of the columns of `X`; only there if it was a table whose columns have some.

    Notes
    -----
    Lloyd's algorithm [1]_ from k-means++ seeds [2]_. Distances are exact sums of squared
    differences in float64. Once few labels change, points are passed over that cannot change
    theirs by the triangle inequality; that leaves the result the same to the last bit.

    References
    ----------
    .. [1] Lloyd, S.: "Least squares quantization in PCM", IEEE Trans. Information Theory, 1982.
    .. [2] Arthur, D. and Vassilvitskii, S.: "k-means++: the advantages of careful seeding", 2007.

    Examples
    --------
    >>> km = KMeans(n_clusters=2, random_state=0).fit([[1, 2], [1, 4], [9, 2], [9, 4]])
    >>> sorted(km.cluster_centers_.tolist())
    [[1.0, 3.0], [9.0, 3.0]]
    >>> km.inertia_
    4.0
    >>> km.predict([[0, 0]]) == km.labels_[0]
    array([ True])
    """

    cluster_centers_: NDArray[Any]
    labels_: Labels
    inertia_: float
    n_iter_: int
    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: str | ArrayLike | Callable[..., ArrayLike] = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: int | Generator | None = None,
        copy_x: bool = True,
        algorithm: str = "lloyd",
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x
        self.algorithm = algorithm

    def fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:
        """Find the clusters of `X`.

        Parameters
        ----------
        X : (n, D) array_like of finite real numbers, n >= n_clusters
            One point per row, or a table of pandas or polars. It is never modified.
        y : object
            Ignored, for pipelines.
        sample_weight : (n,) array_like or number, optional
            How much each point counts, at least 0. It is not used by `init` if that is an array
            or a callable.

        Returns
        -------
        KMeans
            The estimator itself.

        Raises
        ------
        ValueError
            If a parameter, `X` or `sample_weight` is not as described.

        Warns
        -----
        ConvergenceWarning
            If `X` has fewer distinct points than `n_clusters`.
        """
        self._check_parameters()
        names = feature_names(X)
        points = as_finite_points(X, "X")
        if len(points) < self.n_clusters:
            raise ValueError(
                f"`X` must have at least n_clusters={self.n_clusters} points; it has "
                f"n_samples={len(points)}. Ask for fewer clusters."
            )
        # Sums of enormous weights would overflow, of tiny ones vanish.
        weights, exponent = near_one(as_weights(sample_weight, len(points)))
        best = self._best_run(points, weights)
        n_found = int(np.count_nonzero(np.bincount(best.labels)))
        if n_found < self.n_clusters:
            warnings.warn(
                f"Number of distinct clusters ({n_found}) found smaller than n_clusters "
                f"({self.n_clusters}). Possibly due to duplicate points in X.",
                ConvergenceWarning,
                stacklevel=2,
            )
        self.cluster_centers_ = best.centers.astype(points.dtype)
        self.labels_, self.n_iter_ = best.labels, best.n_iter
        self.inertia_ = times_two_to(best.inertia, exponent)
        self.n_features_in_ = points.shape[1]
        if names is not None:
            self.feature_names_in_ = names
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        return self

    def fit_predict(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None
    ) -> Labels:
        """Call `fit` and return ``labels_``."""
        return self.fit(X, sample_weight=sample_weight).labels_

    def fit_transform(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None
    ) -> Any:
        """Call `fit`, then `transform`."""
        return self.fit(X, sample_weight=sample_weight).transform(X)

    def predict(self, X: ArrayLike) -> Labels:
        """Return the index of the center nearest to each point: (n,) int32.

        Raises
        ------
        NotFittedError
            Before `fit`; it is a ValueError and an AttributeError.
        ValueError
            If `X` is not a table of finite numbers with as many columns as in `fit`.
        """
        points = self._new_points(X)
        return self._assigned(points, as_weights(None, len(points))).labels

    def transform(self, X: ArrayLike) -> Any:
        """Return the Euclidean distance of each point to each center: (n, n_clusters).

        float32 if both the points and the centers are, else float64; a table if `set_output` says
        so. Errors as for `predict`.
        """
        points = self._new_points(X)
        shape = len(points), len(self.cluster_centers_)
        distances = np.empty(shape, np.result_type(points, self.cluster_centers_))
        fill_distances(points, self.cluster_centers_.astype(np.float64), distances)
        kind = getattr(self, "_sklearn_output_config", {}).get("transform")
        return contained(distances, self.get_feature_names_out(), X, kind)

    def score(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None
    ) -> float:
        """Return minus the inertia of `X`: the higher, the better. Errors as for `predict`."""
        points = self._new_points(X)
        weights, exponent = near_one(as_weights(sample_weight, len(points)))
        return -times_two_to(self._assigned(points, weights).inertia(), exponent)

    def set_output(self, *, transform: str | None = None) -> Self:
        """Set what `transform` and `fit_transform` return.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, optional
            An array, or a table with the names of `get_feature_names_out`. None changes nothing.

        Returns
        -------
        KMeans
            The estimator itself.
        """
        if transform is not None:
            check_choice("transform", transform, CONTAINERS)
            self._sklearn_output_config = {"transform": transform}  # where scikit-learn looks, too
        return self

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name; `deep` is for scikit-learn and changes nothing."""
        return {name: getattr(self, name) for name in inspect.signature(KMeans).parameters}

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name; ValueError for an unknown one."""
        known = self.get_params()
        for name in params:
            if name not in known:
                raise ValueError(f"KMeans has no parameter {name!r}; it has {', '.join(known)}.")
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the columns of `transform`: kmeans0, kmeans1, ..."""
        self._check_fitted()
        return np.array([f"kmeans{k}" for k in range(len(self.cluster_centers_))], dtype=object)

    def __repr__(self) -> str:
        """Show the parameters that differ from their defaults."""
        defaults = inspect.signature(KMeans).parameters
        shown = (
            f"{name}={' '.join(repr(value).split())}"
            for name, value in self.get_params().items()
            if repr(value) != repr(defaults[name].default)
        )
        return f"KMeans({', '.join(shown)})"

    def __sklearn_is_fitted__(self) -> bool:
        """Answer scikit-learn's `check_is_fitted`."""
        return hasattr(self, "cluster_centers_")

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn what this is; only scikit-learn calls it."""
        from sklearn.utils import Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type="clusterer",
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(preserves_dtype=["float64", "float32"]),
        )

    def _check_parameters(self) -> None:
        check_count("n_clusters", self.n_clusters)
        check_count("max_iter", self.max_iter)
        if not (isinstance(self.n_init, str) and self.n_init == "auto"):
            check_count("n_init", self.n_init, ' or "auto"')
        if not (isinstance(self.tol, Real) and self.tol >= 0):
            raise ValueError(f"`tol` must be a number of at least 0; it is {self.tol!r}.")
        if isinstance(self.init, str) and self.init not in ("k-means++", "random"):
            raise ValueError(
                f'`init` must be "k-means++", "random", an array of centers or a callable; it is '
                f"{self.init!r}."
            )
        check_choice("algorithm", self.algorithm, ("lloyd", "elkan"))
        for name in ("verbose", "copy_x"):
            value = getattr(self, name)
            if not (isinstance(value, Integral | np.bool_) and value >= 0):
                raise ValueError(f"`{name}` must be True, False or an int; it is {value!r}.")

    def _check_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise _not_fitted_error()("This KMeans has no clusters yet. Call `fit` first.")

    def _new_points(self, X: ArrayLike) -> NDArray[Any]:
        self._check_fitted()
        self._check_names(X)
        points = as_finite_points(X, "X")
        if points.shape[1] != self.n_features_in_:
            raise ValueError(
                f"`X` must have {self.n_features_in_} features, as in `fit`; it has "
                f"{points.shape[1]}. Pass the same columns, or fit again."
            )
        return points

    def _check_names(self, X: object) -> None:
        fitted, names = getattr(self, "feature_names_in_", None), feature_names(X)
        if told := difference(fitted, names):
            warnings.warn(told, UserWarning, stacklevel=4)
        check_same_names(fitted, names)

    def _assigned(self, points: NDArray[Any], weights: Floats) -> WeightedPoints:
        with workers(len(chunks(len(points)))) as map_:
            data = WeightedPoints(points, weights, map_)
            data.assign(self.cluster_centers_.astype(np.float64))
        return data

    def _best_run(self, points: NDArray[Any], weights: Floats) -> Clustering:
        random = as_scikit_learn_generator(self.random_state)
        given = None
        if not isinstance(self.init, str) and not callable(self.init):
            given = as_centers(self.init, self.n_clusters, points)
        with workers(len(chunks(len(points)))) as map_:
            tol = self.tol and self.tol * mean_variance(
                WeightedPoints(points, as_weights(None, len(points)), map_)
            )
            best = None
            for run in range(self._n_runs(given is not None)):
                data = WeightedPoints(points, weights, map_)
                start = self._seeds(data, random) if given is None else given
                found = lloyd(data, start, self.max_iter, tol)
                if self.verbose:
                    print(f"Run {run + 1}: inertia {found.inertia:g}, {found.n_iter} iterations")
                if best is None or (
                    found.inertia < best.inertia and not same_clusters(found.labels, best.labels)
                ):
                    best = found
        assert best is not None  # for mypy: there is at least one run
        return best

    def _seeds(self, data: WeightedPoints, random: Generator) -> Floats:
        if callable(self.init):
            centers = self.init(data.points, self.n_clusters, random_state=random)
            return as_centers(centers, self.n_clusters, data.points)
        draw = plus_plus_seeds if self.init == "k-means++" else random_seeds
        return draw(data, self.n_clusters, random)

    def _n_runs(self, given: bool) -> int:
        if isinstance(self.n_init, str):
            return 10 if callable(self.init) or (not given and self.init == "random") else 1
        if given and self.n_init != 1:
            warnings.warn(
                f"`init` is an array, so n_init={self.n_init} runs would all be the same; there "
                "is one. Pass n_init=1 or 'auto'.",
                RuntimeWarning,
                stacklevel=4,
            )
            return 1
        return self.n_init


def _not_fitted_error() -> type[NotFittedError]:
    """Return an error that is scikit-learn's, too, if that is in use."""
    exceptions = sys.modules.get("sklearn.exceptions")
    if exceptions is None:
        return NotFittedError
    return type("NotFittedError", (NotFittedError, exceptions.NotFittedError), {})
