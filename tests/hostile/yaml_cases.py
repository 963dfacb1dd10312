"""YAML that is broken, ambiguous, or more than the plain values a scenario needs.

Knows the ways in which YAML goes wrong; must not know how it is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from inputs.scenario_desk import SECTIONS

from .bench import ACCEPTED, Case, sections, whole_files

SOUND = "\n".join(SECTIONS.values()) + "\n"

SYNTAX = {
    "list never closed": SOUND + "remove: [pokja\n",
    "mapping never closed": SOUND + "title: {id: a\n",
    "list closed by a brace": SOUND + "remove: [pokja}\n",
    "brace closed twice": SOUND + "title: {id: a}}\n",
    "double quote never closed": SOUND + 'title: {id: "a}\n',
    "single quote never closed": SOUND + "title: {id: 'a}\n",
    "text after a closing quote": SOUND + 'title: {id: "a" b}\n',
    "colon within a plain value": SOUND + "title: a: b\n",
    "colon without a blank": SOUND + "language:id\n",
    "key without a colon": SOUND + "language id\n",
    "value on the line of a section": SOUND + "target: 5\n  share: 0.05\n",
    "indent that fits no key": "schema: 1\n   name: a\n  origin: 2025\n",
    "list item among keys": SOUND + "- pokja\n",
    "key among list items": SOUND + "remove:\n  - a\n  b: 1\n",
    "tab for an indent": SOUND + "target:\n\tshare: 0.05\n",
    "tab after an indent": SOUND + "target:\n  \tshare: 0.05\n",
    "reserved sign at": SOUND + "title: {id: @a}\n",
    "reserved backquote": SOUND + "title: {id: `a`}\n",
    "percent sign first": SOUND + "%percent: 1\n",
    "directive of a version to come": "%YAML 9.9\n---\n" + SOUND,
    "directive that declares a tag": "%TAG ! tag:evil.example,2000:\n---\n" + SOUND + "overlap: !run a\n",
    "directive twice": "%YAML 1.1\n%YAML 1.1\n---\n" + SOUND,
    "escape that YAML does not know": SOUND + 'title: {id: "\\q"}\n',
    "escape cut short": SOUND + 'title: {id: "\\u12"}\n',
    "escape of half a character": SOUND + 'title: {id: "\\ud800"}\n',
    "escape beyond Unicode": SOUND + 'title: {id: "\\UFFFFFFFF"}\n',
    "block text with a wrong header": SOUND + "title:\n  id: |99\n    a\n",
    "block text indented less": SOUND + "title:\n  id: |4\n  a\n",
    "only a question mark": "?",
    "only a dash": "-",
    "only an asterisk": "*",
    "only an ampersand": "&",
    "only an exclamation mark": "!",
    "only a bar": "|",
    "key of a list": SOUND + "? [a, b]\n: 1\n",
    "key of a mapping": SOUND + "? {a: b}\n: 1\n",
    "key that is empty": SOUND + ": 1\n",
    "key that is null": SOUND + "~: 1\n",
    "key of 1,100 letters": SOUND + "a" * 1100 + ": 1\n",
    "key of several lines": SOUND + "? |\n  a\n  b\n: 1\n",
    "a list at the top": "- schema: 1\n- name: a\n",
    "a sentence at the top": "Kampung KB",
    "a number at the top": "63.01",
    "null at the top": "~\n",
    "JSON": '{"schema": 1, "name": "coba"}',
    "XML": "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    "HTML of an error page": "<!DOCTYPE html>\n<html><body>404: not found</body></html>\n",
    "a CSV table": "village_code,village\n1,A\n",
    "Python": "import os\nos.system('true')\n",
    "a conflict that git left": SOUND + "<<<<<<< HEAD\noverlap: multiply\n=======\noverlap: strongest\n>>>>>>> a\n",
}

DOCUMENTS = {
    "a second document": SOUND + "---\nname: lain\n",
    "a thousand documents": SOUND + "---\n" * 1000,
    "documents that end and go on": SOUND + "...\n---\na: 1\n",
    "an empty document first": "---\n---\n" + SOUND,
    "text after the end of the document": SOUND + "...\nname: lain\n",
}

DUPLICATES = {
    "a key twice": SOUND + "horizon: 7\n",
    "a key twice in two spellings": SOUND + '"horizon": 7\n',
    "a key twice within a flow mapping": SOUND + "target: {share: 0.05, share: 0.06}\n",
    "a key a thousand times": SOUND + "horizon: 7\n" * 1000,
    "two names of one level": SOUND + "transition: {fall: {paripurna: 0.1, berkelanjutan: 0.2}}\n",
    "a source twice": SOUND + "sources: {horizon: stated, horizon: assumed}\n",
}

TAGS = {
    "python object": SOUND + "overlap: !!python/object/apply:os.system ['true']\n",
    "python name": SOUND + "overlap: !!python/name:os.system ''\n",
    "python module": SOUND + "overlap: !!python/module:antigravity ''\n",
    "python tuple": SOUND + "remove: !!python/tuple [a]\n",
    "binary": SOUND + "title: {id: !!binary aGFsbw==}\n",
    "timestamp": SOUND + "origin: !!timestamp 2025-01-01\n",
    "set": SOUND + "remove: !!set {a, b}\n",
    "ordered map": SOUND + "title: !!omap [id: a]\n",
    "forced text": SOUND + "overlap: !!str multiply\n",
    "forced number": SOUND + "overlap: !!int multiply\n",
    "tag of one's own": SOUND + "overlap: !include /etc/passwd\n",
    "environment variable": SOUND + "overlap: !ENV ${HOME}\n",
    "verbatim tag": SOUND + "overlap: !<tag:yaml.org,2002:python/name:os.system> a\n",
    "tag on a key": SOUND + "!!python/name:os.system overlap: multiply\n",
    "tag on the document": "!!python/object:simulation.inputs.problem_list.Node\n" + SOUND,
    "tag without a value": SOUND + "overlap: !!python/none\n",
}

ANCHORS = {
    "an alias": SOUND + "target: &a {share: 0.05}\nremove: *a\n",
    "an alias of nothing": SOUND + "target: *a\n",
    "an anchor alone": SOUND + "overlap: &a multiply\n",
    "an alias as a key": SOUND + "? *a\n: 1\n",
    "a mapping that holds itself": SOUND + "target: &a {share: *a}\n",
    "a list that holds itself": SOUND + "remove: &a [*a, *a]\n",
    "a document that holds itself": "&a\n" + SOUND + "target: *a\n",
    "an anchor defined twice": SOUND + "title: {id: &a x, en: &a y}\nremove: [*a]\n",
    "a merge key": SOUND + "target:\n  <<: {share: 0.05}\n",
    "a merge key of an alias": SOUND + "title: &a {id: x}\ntarget: {<<: *a}\n",
    "merge keys of each other": SOUND + "title: &a {<<: *b}\ntarget: &b {<<: *a}\n",
}

HARMLESS = {
    "tabs within a flow mapping": "target: {\n \t\tshare: 0.05}",
    "a word that is false elsewhere": "district: {code: '63.01', name: no}",
    "a day in the title": "title: {id: 2025-07-31}",
    "braces for the places of a sentence": "title: {id: '{file} {0} %s %(a)s $x$ ${HOME} {{'}",
    "markup of the terminal library": "title: {id: '[bold red]a[/] [link=file:///etc/passwd]b[/link] :smile:'}",
    "markup of a web page": "title: {id: '<script>alert(1)</script>&lt;'}",
    "block text": "title:\n  id: |\n    Baris\n    kedua\n  en: >-\n    folded\n    text",
}

KEYS_THAT_ARE_NAMES = {
    "sources of an unknown key": "sources: {nothing.of.this: stated}",
    "sources of keys made of dots": "sources: {..: stated, '.': stated, a..b: stated}",
    "covariates of columns that are not there": "transition: {covariates: {'=cmd': 2, '../a': 2, '{x}': 2}}",
    "covariate called like a Python attribute": "transition: {covariates: {__class__: 2}}",
    "unknown key with places of a sentence": "'{file}{0}{line!r:>9999}': 1",
    "unknown key with markup": "'[bold]x[/bold]': 1",
}  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield every case of this module."""
    yield from whole_files("yaml syntax", SYNTAX)
    yield from whole_files("several documents", DOCUMENTS)
    yield from whole_files("duplicate keys", DUPLICATES)
    yield from whole_files("tags", TAGS)
    yield from whole_files("anchors", ANCHORS)
    yield from sections("harmless", HARMLESS, ACCEPTED)
    yield from sections("keys", KEYS_THAT_ARE_NAMES)
