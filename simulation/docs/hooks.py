"""What the site shows: the repository's own pages, at the addresses at which they link to each other.

A page is written once, where GitHub shows it too: this module hands MkDocs the Markdown files, the figures and the
notebooks of the repository, with their paths in it. Notebooks are shown with the outputs that are committed.
"""

from __future__ import annotations

import ast
import inspect
import pydoc
import re
from pathlib import Path
from typing import Any

import griffe
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from nbconvert import MarkdownExporter

ROOT = Path(__file__).parents[2]
PAGES = (
    "*.md",
    "CITATION.cff",
    "LICENSE",
    "results/README.md",
    "results/example/figures/*.png",
    "scenarios/README.md",
    "simulation/*.md",
    "simulation/decisions/*.md",
    "simulation/docs/*.css",
    "simulation/docs/*.js",
    "simulation/docs/*.md",
)


def on_config(config: MkDocsConfig) -> None:
    """Name every decision in the navigation, in their order."""
    decisions = sorted((ROOT / "simulation" / "decisions").glob("*.md"))
    for section in config.nav or ():
        if "Decisions" in section:
            section["Decisions"] = [path.relative_to(ROOT).as_posix() for path in decisions]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Return the pages of the repository in place of those of one folder, beside the files of the theme."""
    paths = [path for pattern in PAGES for path in sorted(ROOT.glob(pattern))]
    shown = [file for file in files if file.src_dir != config.docs_dir]
    shown += [File.generated(config, path.relative_to(ROOT).as_posix(), abs_src_path=str(path)) for path in paths]
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        shown.extend(pages_of(notebook, config))
    return Files(shown)


def pages_of(notebook: Path, config: MkDocsConfig) -> list[File]:
    """Return a notebook as a page, and its pictures."""
    page, found = MarkdownExporter().from_filename(str(notebook), {"output_files_dir": notebook.stem})
    page = page.replace(".ipynb)", ".md)").replace('<table border="1" class="dataframe">', "<table>")
    contents: dict[str, Any] = {f"{notebook.stem}.md": page, **found["outputs"]}
    return [File.generated(config, f"notebooks/{name}", content=content) for name, content in contents.items()]


class Meanings(griffe.Extension):
    """Tells what is said once elsewhere: meanings of fields in their annotations, of columns in their dictionary."""

    def on_attribute_instance(self, *, attr: griffe.Attribute, **_: Any) -> None:
        """Move the meaning in ``Annotated[Year, "First year of support."]`` to where descriptions are looked for."""
        annotation = attr.annotation
        if isinstance(annotation, griffe.ExprSubscript) and annotation.canonical_name == "Annotated":
            kind, *rest = annotation.slice.elements if isinstance(annotation.slice, griffe.ExprTuple) else ()
            attr.annotation = kind
            if rest and isinstance(rest[-1], str):
                attr.docstring = griffe.Docstring(ast.literal_eval(rest[-1]), parent=attr)

    def on_instance(self, *, node: ast.AST | griffe.ObjectNode, obj: griffe.Object, **_: Any) -> None:
        """Take a docstring to which ``@describes_columns`` adds the columns of a table as it is when the code runs."""
        if isinstance(node, ast.FunctionDef) and any(
            "describes_columns" in ast.dump(one) for one in node.decorator_list
        ):
            told = inspect.getdoc(pydoc.locate(obj.path)) or ""
            text, _dashes, columns = told.partition("\nColumns\n-------\n")
            listed = re.sub(r"^(\S.*) : (\w+)\n +", r"- `\1` (\2): ", columns, flags=re.MULTILINE)
            obj.docstring = griffe.Docstring(f"{text}\n\n**Columns:**\n\n{listed}", parent=obj)
