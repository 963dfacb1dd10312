"""Paths that lead elsewhere, and things at the end of a path that are no files.

Knows how paths are disguised and what lies in a file system; must not know how they are checked.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from functools import partial

from inputs.scenario_desk import VILLAGES

from .bench import ACCEPTED, Bench, Case

PATHS = {
    "absolute": "/etc/passwd",
    "absolute to the secret": "@@outside@@/{}",
    "up": "../outside/{}",
    "up from a folder that is there": "sub/../../outside/{}",
    "up from a folder that is not": "nowhere/../../outside/{}",
    "up far": "../" * 40 + "etc/passwd",
    "up past the root and down": "../" * 200 + "{}",
    "up with blanks": " ../outside/{}",
    "up with dots and slashes": "././/..//./outside/{}",
    "up in percent signs": "%2e%2e/outside/{}",
    "up in percent signs of percent signs": "%252e%252e%252foutside%252f{}",
    "up with backslashes": "..\\outside\\{}",
    "up with slashes of other scripts": "\u2025\u2215outside\uff0f{}",
    "up with dots of full width": "\uff0e\uff0e/outside/{}",
    "up twice slashed": "..//outside//{}",
    "two slashes first": "//etc/passwd",
    "three slashes first": "///etc/passwd",
    "home": "~/{}",
    "home of another": "~root/.ssh/id_rsa",
    "variable": "$HOME/{}",
    "variable in braces": "${{HOME}}/{}",
    "variable of Windows": "%USERPROFILE%\\{}",
    "drive": "C:\\{}",
    "drive with slashes": "C:/Users/{}",
    "drive without a slash": "C:{}",
    "share": "\\\\203.0.113.1\\share\\{}",
    "share with slashes": "//203.0.113.1/share/{}",
    "device path of Windows": "\\\\?\\C:\\{}",
    "device name of Windows": "NUL",
    "stream of a file": "villages.csv:secret",
    "file address": "file:///etc/passwd",
    "file address with a host": "file://localhost/etc/passwd",
    "web address": "http://203.0.113.1/{}",
    "secure web address": "https://203.0.113.1/{}",
    "cloud address": "s3://bucket/{}",
    "data in the address": "data:text/csv,village_code",
    "archive address": "zip://a.zip!{}",
    "command": "|cat /etc/passwd",
    "command in backquotes": "`cat /etc/passwd`",
    "command in brackets": "$(cat /etc/passwd)",
    "command after a semicolon": "{};cat /etc/passwd",
    "option": "--help",
    "pattern": "*",
    "NUL inside": "{}\\0.csv",
    "line end inside": "{}\\n../outside/{}",
    "override to the left inside": "\u202evsc.segalliv",
    "blank of no width inside": "vil\u200blages.csv",
    "five thousand letters": "a" * 5_000,
    "five thousand folders": "a/" * 5_000 + "{}",
    "five thousand steps up and down": "sub/../" * 5_000 + "../outside/{}",
    "dot": ".",
    "two dots": "..",
    "slash": "/",
    "dash": "-",
    "blank": " ",
    "nothing": "",
    "zeros without end": "/dev/zero",
    "standard input": "/dev/stdin",
    "environment of the process": "/proc/self/environ",
    "memory of the process": "/proc/self/mem",
    "folder of the process": "/proc/self/cwd/../outside/{}",
    "root of the process": "/proc/self/root",
    "its own folder from above": "../tree/../outside/{}",
}
"""Each is written at every key that names a file; ``{}`` is the name of a secret of the right kind."""

KEYS = {
    "extends.yaml": ("parent.yaml", 'extends: "{}"'),
    "table.yaml": ("villages.csv", 'villages: {{table: "{}"}}'),
    "districts.yaml": ("villages.csv", 'districts: {{table: "{}"}}'),
    "draws.yaml": ("secret.txt", 'transition: {{parameters_from: "{}"}}'),
}


def _link(target: str, bench: Bench, name: str = "thing") -> None:
    (bench.folder / name).symlink_to(target)


def _chain_of_links(length: int, bench: Bench) -> None:
    for step in range(length):
        _link(f"thing{step + 1}", bench, f"thing{step}" if step else "thing")
    bench.write(f"thing{length}", VILLAGES)


def _socket(bench: Bench) -> None:
    where = os.open(bench.folder, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as server:
        # A socket's address must be short, the folder of a test is not.
        server.bind(f"/proc/self/fd/{where}/thing")
    os.close(where)


THINGS: dict[str, Callable[[Bench], object]] = {
    "a folder": lambda bench: (bench.folder / "thing").mkdir(),
    "a pipe": lambda bench: os.mkfifo(bench.folder / "thing"),
    "a socket": _socket,
    "a link to itself": partial(_link, "thing"),
    "a link to a link to itself": lambda bench: (_link("other", bench), _link("thing", bench, "other")),
    "fifty links in a row": partial(_chain_of_links, 50),
    "a link to nothing": partial(_link, "nothing"),
    "a link to the secret table": partial(_link, "../outside/villages.csv"),
    "a link to the secret scenario": partial(_link, "../outside/parent.yaml"),
    "a link to the passwords": partial(_link, "/etc/passwd"),
    "a link to zeros": partial(_link, "/dev/zero"),
    "a link to random bytes": partial(_link, "/dev/urandom"),
    "a link to the terminal": partial(_link, "/dev/tty"),
    "a link to the environment": partial(_link, "/proc/self/environ"),
    "a link to the standard input": partial(_link, "/dev/stdin"),
    "a link to an open file": partial(_link, "/proc/self/fd/0"),
    "a link to the root": partial(_link, "/"),
    "a link to the folder above": partial(_link, ".."),
    "a link to a pipe": lambda bench: (os.mkfifo(bench.folder / "pipe"), _link("pipe", bench)),
    "a link to a link outside": lambda bench: (
        _link(str(bench.outside), bench, "door"),
        _link("door/villages.csv", bench),
    ),
}
"""What may lie where a file is expected, under the name ``thing``."""


def cases() -> Iterator[Case]:
    """Yield every case of this module."""
    for name, path in PATHS.items():
        yield Case("paths", name, partial(_name_everywhere, path), scenario=tuple(KEYS))
    for name, lay in THINGS.items():
        yield Case("things in place of files", name, partial(_lay_thing, lay), scenario=tuple(KEYS))
        yield Case("things in place of scenarios", name, lay, scenario=("thing",))
    yield from _scenarios()
    yield from _doors()


def _name_everywhere(path: str, bench: Bench) -> None:
    """Write one scenario for each key that names a file; tables and parents outside would all load."""
    (bench.folder / "sub").mkdir()
    for name, (secret, line) in KEYS.items():
        written = (
            path.replace("@@outside@@", str(bench.outside))
            .replace("\\", "\\\\")
            .replace("\\\\0", "\\0")
            .replace("\\\\n", "\\n")
        )
        text = line.format(written.format(secret, secret))
        replaced = {text.partition(":")[0]: text}
        if "districts" in replaced:
            replaced |= {"district": None, "villages": None}
        bench.write(name, bench.text(**replaced).encode("utf-8", "surrogatepass"))


def _lay_thing(lay: Callable[[Bench], object], bench: Bench) -> None:
    lay(bench)
    _name_everywhere("thing", bench)


def _scenarios() -> Iterator[Case]:
    """Yield cases in which `check` itself is given something odd."""
    names = {
        "missing": "missing.yaml", "the folder itself": ".", "the folder above": "..", "nothing": "", "a dash": "-",
        "five thousand letters": "a" * 5_000, "five thousand folders": "a/" * 2_000 + "b",
        "an escape": "\x1b[2Ja.yaml", "a line end": "a\nb.yaml", "half a character": "a\udcff.yaml", "zeros": "/dev/zero",
        "nothing at all": "/dev/null", "the standard input": "/dev/stdin", "memory": "/proc/self/mem",
        "the environment": "/proc/self/environ", "a table": "villages.csv", "a web address": "http://203.0.113.1/a.yaml",
        "markup": "[bold]a[/bold].yaml", "places of a sentence": "{file}{0}.yaml",
    }  # fmt: skip
    for name, given in names.items():
        yield Case("arguments", name, lambda _: None, scenario=(given,))
    yield Case(
        "arguments",
        "a hundred scenarios that are missing",
        lambda _: None,
        scenario=tuple(f"{i}.yaml" for i in range(100)),
    )


def _doors() -> Iterator[Case]:
    """Yield cases in which a folder of the tree is a door, or the tree is not what it seems."""
    yield Case("doors", "a folder that is a link to itself", partial(_link, "thing"), scenario=("thing/a.yaml",))
    yield Case("doors", "a linked folder to the outside", _linked_folder, "outside the folder tree")
    yield Case("doors", "a linked folder within the tree", _inner_folder, exit_code=ACCEPTED)
    yield Case("doors", "a link within the tree", _inner_link, exit_code=ACCEPTED)
    yield Case("doors", "a parent that names a table outside", _parent_outside, "outside the folder tree")
    yield Case("doors", "a table of the project above", _project, exit_code=ACCEPTED, scenario=("sub/a.yaml",))
    yield Case("doors", "a project that is a link", _linked_marker, "outside the folder tree", scenario=("sub/a.yaml",))
    yield Case("doors", "a folder with a thousand names", _full_folder)


def _linked_folder(bench: Bench) -> None:
    _link(str(bench.outside), bench, "door")
    bench.scenario(villages="villages: {table: door/villages.csv}")


def _inner_folder(bench: Bench) -> None:
    bench.write("sub/v.csv", VILLAGES)
    _link("sub", bench, "door")
    bench.scenario(villages="villages: {table: door/v.csv}")


def _inner_link(bench: Bench) -> None:
    _link("villages.csv", bench, "v.csv")
    bench.scenario(villages="villages: {table: v.csv}")


def _parent_outside(bench: Bench) -> None:
    bench.write("sub/parent.yaml", bench.text(villages="villages: {table: ../../outside/villages.csv}").encode())
    bench.write("scenario.yaml", "extends: sub/parent.yaml\n")


def _project(bench: Bench) -> None:
    bench.write("pyproject.toml", "")
    bench.write("sub/a.yaml", bench.text(villages="villages: {table: ../villages.csv}"))


def _linked_marker(bench: Bench) -> None:
    """Write a marker of a project that is a link, in a folder that is one too."""
    bench.write("sub/a.yaml", bench.text(villages="villages: {table: ../../outside/villages.csv}"))
    _link("../../outside", bench, "sub/.git")


def _full_folder(bench: Bench) -> None:
    folder = bench.folder / "full"
    folder.mkdir()
    for number in range(1_000):
        os.mknod(folder / f"{'ab' * 100}{number}.csv")
    bench.scenario(villages=f"villages: {{table: full/{'ba' * 100}.csv}}")
