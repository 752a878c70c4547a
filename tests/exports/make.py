#!/usr/bin/env python3
"""Writes files/ and fixtures.toml: exports of one small practice, each odd in one way, and what must come of each.

    make.py            writes what differs from the functions in quirks/, and removes what they no longer make
    make.py --check    writes nothing; names what differs and exits with 1 if anything does

It needs Python 3.8 or newer and no packages. The same functions give the same bytes; a packed file counts as the same where
its content is, since another zlib may pack it otherwise.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True

HERE = Path(__file__).resolve().parent


def main(arguments):
    if arguments not in ([], ["--check"]):
        sys.exit(__doc__)
    from fixtures import FILES, FIXTURES, index
    from formats.pack import unpacked
    from quirks import text, excel, shapes, joins, claims, hostile  # noqa: F401 (they fill FILES and FIXTURES, in this order)

    wanted = {HERE / "files" / name: content for name, content in FILES.items()}
    wanted[HERE / "fixtures.toml"] = index()
    strangers = [path for path in (HERE / "files").glob("*") if path not in wanted]

    used = {name for entry in FIXTURES for name in entry["files"] + entry.get("join", []) + [entry.get("config")] if name}
    if used != set(FILES):
        sys.exit(f"made and in no fixture, or in a fixture and not made: {sorted(used ^ set(FILES))}")

    different = []
    for path, content in wanted.items():
        old = path.read_bytes() if path.exists() else None
        if old is None or (old != content and unpacked(old) != unpacked(content)):
            different.append(path)
    if arguments:
        for path in different + strangers:
            print(path.relative_to(HERE))
        sys.exit(1 if different or strangers else 0)
    (HERE / "files").mkdir(exist_ok=True)
    for path in different:
        path.write_bytes(wanted[path])
    for path in strangers:
        path.unlink()
    print(f"{len(FIXTURES)} fixtures, {len(FILES)} files: {len(different)} written, {len(strangers)} removed")


if __name__ == "__main__":
    main(sys.argv[1:])
