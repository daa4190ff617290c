"""The site: pages in Markdown, examples that run, and the reference from docstrings."""

from __future__ import annotations

import os
from importlib.metadata import version as version_of

os.environ.setdefault("MPLBACKEND", "Agg")  # examples draw where there is no screen

project = "napari-kmeans-quantizer"
author = "The napari-kmeans-quantizer developers"
copyright = author
release = version_of(project)
version = release.partition("+")[0]

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_templates", "examples", "measured"]
templates_path = ["_templates"]

# -- Markdown: as GitHub and the panel's help read it, and anchors of its headings
myst_enable_extensions = ["colon_fence", "html_image"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]

# -- the reference: every public name has a page of its own
autosummary_generate = True
default_role = "py:obj"  # `name` in a docstring: a link where it is public, else code
autodoc_typehints = "none"  # numpydoc tells types in words
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# -- examples: run when the site is built
sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "subsection_order": ["examples/tutorials", "examples/domains"],
    "within_subsection_order": "FileNameSortKey",
    "filename_pattern": r"/plot_",
    "download_all_examples": False,
    "image_scrapers": ("matplotlib",),
    "image_srcset": ["2x"],  # sharp on fine screens
    "matplotlib_animations": False,
    "min_reported_time": 1,
    "write_computation_times": False,  # its page would load tables from elsewhere
    "show_memory": False,
    "plot_gallery": True,
    "abort_on_example_error": False,
    "remove_config_comments": True,
    "backreferences_dir": "gallery/backreferences",
    "doc_module": ("napari_kmeans_quantizer",),
    "inspect_global_variables": False,
}

# -- looks
smartquotes = False  # much of what is quoted is code
html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["_static"]
html_favicon = "_static/icon.svg"
html_css_files = ["site.css"]
html_context = {"default_mode": "auto"}  # dark or light, as the reader's system
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {"text": project, "image_light": "_static/icon.svg", "image_dark": "_static/icon.svg"},
    "navbar_align": "left",
    "header_links_before_dropdown": 5,
    "navigation_with_keys": True,
    "show_toc_level": 2,
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": ["sphinx-version"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {page: [] for page in ("benchmarks", "changelog", "comparison", "index", "start")}
