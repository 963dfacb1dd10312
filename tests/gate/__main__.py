"""Judges the way from data to forecast on truths that are known.

``python tests/gate --row panel --truths 100`` draws truths, lives through their past, writes what a planner would have
as files, runs the commands that README shows and compares with the truth. Every truth is a line of a results file;
what is there already is not run again, so that it may be stopped at any time. Seeds are the numbers of the truths.
``--package`` judges another checkout of the package; ``--against`` compares on the same truths with its results.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

SHOWN = ("truth", "refused", "true", "met", "seconds")
TESTS = Path(__file__).parents[1]


def main() -> int:
    """Run what was asked for; return 0 where every row passes."""
    sys.path[0] = str(TESTS)
    from gate.judge import HEADER, Verdict, difference, line
    from gate.rows import ROWS, answer

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--row", action="append", choices=ROWS, help="all of them where none is named")
    parser.add_argument("--truths", type=int, default=100, help="how many a row; 0 prints the table alone")
    parser.add_argument("--results", type=Path, default=TESTS.parent / "results" / "gate", help="folder of the results")
    parser.add_argument("--package", type=Path, default=TESTS.parent, help="checkout of the package to be judged")
    parser.add_argument("--against", type=Path, help="results of another package to compare with")
    options = parser.parse_args()
    sys.path.insert(0, str(options.package.resolve()))
    options.results.mkdir(parents=True, exist_ok=True)
    table, failed = HEADER, False
    for row in options.row or ROWS:
        known = _read(options.results / f"{row}.jsonl")
        for truth in range(options.truths):
            if truth not in known:
                with tempfile.TemporaryDirectory() as folder:
                    known[truth] = answer(row, truth, Path(folder))
                with (options.results / f"{row}.jsonl").open("a", encoding="utf-8") as file:
                    file.write(json.dumps(known[truth]) + "\n")
                print(row, *(f"{key} {value}" for key, value in known[truth].items() if key in SHOWN), flush=True)
        answers = [known[truth] for truth in sorted(known)]
        if sum("refused" not in one for one in answers) < 2:
            continue
        verdict = Verdict.of(answers)
        table += line(row, verdict)
        if verdict.alone is not None:
            table += line(f"{row}, each by itself", verdict.alone)
        failed |= bool(verdict.failures)
        if options.against:
            print(f"{row}: theirs less ours {difference(answers, [*_read(options.against / f'{row}.jsonl').values()])}")
    (options.results / "table.md").write_text(table, encoding="utf-8")
    print(table)
    return int(failed)


def _read(path: Path) -> dict[int, dict[str, object]]:
    """Return the answers of a results file by the number of their truth; a line cut short is none."""
    found = {}
    if path.exists():
        for text in path.read_text(encoding="utf-8").splitlines():
            try:
                one = json.loads(text)
            except json.JSONDecodeError:
                continue
            found[one["truth"]] = one
    return found


if __name__ == "__main__":
    sys.exit(main())
