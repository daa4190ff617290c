"""What goes out of the panel: files of the chosen image's State, and texts for the clipboard."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from napari.utils.notifications import show_info
from qtpy.compat import isalive

from napari_kmeans_quantizer import Progress
from napari_kmeans_quantizer.core.files.palettes import WRITABLE
from napari_kmeans_quantizer.core.report import in_bytes
from napari_kmeans_quantizer.plugin import export
from napari_kmeans_quantizer.plugin.jobs import Worker
from napari_kmeans_quantizer.plugin.views import files
from napari_kmeans_quantizer.plugin.views.parts import to_clipboard

from .kinds import Kind
from .messages import NO_RESULT, Trouble, told
from .work import KNOWN

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator

    from qtpy.QtWidgets import QWidget

    from napari_kmeans_quantizer.plugin.models.state import State

    from .busy import Busy
    from .choice import Choice
    from .figures import Figures
    from .work import Work


PICTURES = {".png": files.PNG, ".gif": files.GIF, ".tif": files.TIFF}


def _save_indexed(path: Path, state: State, overwrite: bool) -> str:
    n_bytes = export.write_indexed_picture(path, state, overwrite)
    suffix = export.picture_suffixes(state)[0]
    kind = "RGB " * state.display.is_color + suffix[1:].upper().replace("TIF", "TIFF")
    return f" (the {kind} has {in_bytes(n_bytes)}){export.told_part(state)}"


def _save_painted(path: Path, state: State, overwrite: bool) -> str:
    export.write_painted_picture(path, state, overwrite)
    return export.told_part(state)


def _indexed_name(state: State) -> str:
    return f"{export.count(state)}{export.indexed_suffixes(state)[0]}"


KINDS = {
    "indexed": Kind(
        "Save indexed picture",
        lambda state: [PICTURES[suffix] for suffix in export.indexed_suffixes(state)],
        _indexed_name,
        export.no_indexed,
        _save_indexed,
    ),
    "picture": Kind(
        "Save painted picture",
        lambda state: [PICTURES[suffix] for suffix in export.picture_suffixes(state)],
        lambda state: f"quantized{export.picture_suffixes(state)[0]}",
        export.no_picture,
        _save_painted,
    ),
    "palette": Kind(
        "Save palette",
        lambda _: [f"{name} (*{suffix})" for suffix, name in WRITABLE.items()],
        lambda _: "palette.gpl",
        lambda _: "",
        export.write_shown_palette,
    ),
    "table": Kind(
        "Save table",
        lambda _: files.TABLES,
        lambda _: "colors.csv",
        lambda _: "",
        export.write_colors,
    ),
}


def _reason(error: Exception, path: Path) -> str:
    if isinstance(error, OSError):
        return files.reason_of(error)
    reason, file = told(error).text, str(path)
    if str(error).startswith(file):  # its name has no other capital now
        reason = file + reason.removeprefix(file[:1].upper() + file[1:])
    return reason


class Exporting:
    """Saves what is known of the chosen image, and copies its palette.

    Files are written in a thread, beside a run that may be under way; they hold what was shown when
    they were asked for.

    Parameters
    ----------
    choice, work, busy, figures
        The widget's parts.
    """

    def __init__(self, choice: Choice, work: Work, busy: Busy, figures: Figures) -> None:
        self._choice, self._work, self._busy = choice, work, busy
        self._figures = figures

    def export(
        self,
        parent: QWidget,
        what: str,
        path: str | os.PathLike[str] | None = None,
        overwrite: bool = False,
    ) -> Worker | None:
        """Save something to a file; without a path, ask for one.

        Parameters
        ----------
        parent : QWidget
            The window asking.
        what : {"indexed", "picture", "palette", "table", "figure", "swatches", "grid"}
            What to save.
        path : str or path-like, optional
            Where; its suffix says how.
        overwrite : bool, optional
            Replace a file that exists; who is asked for the path is asked for this, too.

        Returns
        -------
        Worker or None
            The thread's worker; None if there is nothing to save, or it cannot be saved so.
        """
        kinds = KINDS | self._figures.kinds()
        if what not in kinds:
            raise ValueError(f"`what` must be one of {', '.join(map(repr, kinds))}, got {what!r}.")
        kind, state = kinds[what], self._choice.state
        if state is None and kind.needs_result:
            self._busy.complain(NO_RESULT)
            return None
        if reason := kind.obstacle(state):
            self._busy.complain(Trouble(reason, kind.remedy))
            return None
        if path is None:
            name = files.proposed_name(self._choice.name, kind.name(state))
            path = files.ask_path(parent, kind.caption, name, kind.filters(state))
            overwrite = True
        return None if path is None else self._begin(kind, state, Path(path), overwrite)

    def _begin(self, kind: Kind, state: State | None, path: Path, overwrite: bool) -> Worker:
        def steps() -> Generator[Progress, None, str]:
            yield Progress(f"Saving {path.name}", 0.0)
            more = kind.write(path, state, overwrite) or ""
            return f"Saved {path.name}, {in_bytes(path.stat().st_size)}{more}"

        return self._in_thread(f"Saving {path.name} ...", steps, partial(self._failed, path))

    def tell_size(self) -> Worker | None:
        """Tell how large the picture with its palette would be, beside the theory.

        Returns
        -------
        Worker or None
            The thread's worker; None if there is no result.
        """
        state = self._choice.state
        if state is None:
            self._busy.complain(NO_RESULT)
            return None

        def steps() -> Generator[Progress, None, str]:
            yield Progress("Measuring the file", 0.0)
            return export.painted(state).size_text

        return self._in_thread("Measuring the file ...", steps, self._not_measured)

    def _in_thread(
        self,
        meanwhile: str,
        steps: Callable[[], Generator[Progress, None, str]],
        failed: Callable[[Exception], object],
    ) -> Worker:
        """Do something beside whatever is under way, and tell what it returns."""
        worker = Worker(steps)
        worker.returned.connect(self._tell)
        worker.errored.connect(failed)
        self._say(meanwhile)
        worker.start()
        return worker

    def _tell(self, message: str) -> None:
        if not self._say(message):
            show_info(message)

    def _say(self, message: str) -> bool:
        """Tell something in the status line, unless that tells how far a run is."""
        free = isalive(self._busy.row.native) and not self._work.running
        if free:
            self._busy.notice.clear()  # of what was tried before: it stands in the line's place
            self._busy.say(message)
        return free

    def _failed(self, path: Path, error: Exception) -> None:
        known = isinstance(error, (OSError, *KNOWN))
        self._say("Not saved.")
        self._busy.complain(Trouble(f"Not saved: {files.named(_reason(error, path), path)}"))
        if not known:
            raise error

    def _not_measured(self, error: Exception) -> None:
        self._say("Not measured.")
        self._busy.complain(told(error))
        if not isinstance(error, KNOWN):
            raise error

    def copy_palette(self, form: str) -> str | None:
        """Copy all colors as a text, and return it.

        Parameters
        ----------
        form : {"hex", "css", "python"}
            One color a line, variables of a style sheet, or a list in Python.
        """
        state = self._choice.state
        if state is None:
            self._busy.complain(NO_RESULT)
            return None
        text = export.palette_text(state, form)
        to_clipboard(text)
        self._say(f"Copied the {export.count(state)}.")
        return text
