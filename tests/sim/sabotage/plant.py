"""Writes copies of sources with the sabotages planted in them: plant.py SOURCE_DIR OUTPUT_DIR

Prints the planted files, one a line. A place that is not found exactly once is left out and named in sabotages.inc, so
that a test can say that a sabotage has lost its place; the build goes on."""

import pathlib
import sys

from sabotages import SABOTAGES

SWITCH = "::malin::sim::is_on({number})"


def plant(source_dir):
    texts = {}
    lost = {}
    for number, (name, _, places) in enumerate(SABOTAGES, 1):
        for file, old, new in places:
            text = texts.get(file) or (source_dir / file).read_text()
            pattern = old
            if text.count(pattern) != 1:
                lost.setdefault(name, f"{file}: {old.strip().splitlines()[0]}")
                continue
            texts[file] = text.replace(pattern, new.replace("ON", SWITCH.format(number=number)))
    return texts, lost


def files():
    return sorted({file for _, _, places in SABOTAGES for file, _, _ in places})


def write(path, text):
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def main():
    if sys.argv[1] == "--files":
        print(";".join(files()), end="")
        return
    source_dir, output_dir = map(pathlib.Path, sys.argv[1:3])
    texts, lost = plant(source_dir)
    for file in files():
        text = texts.get(file) or (source_dir / file).read_text()
        write(output_dir / file, f'#include "sim/sabotage/switch.hpp"\n#line 1 "{source_dir / file}"\n{text}')
    rows = [f'{{"{name}", {seeds}, R"~({lost.get(name, "")})~"}},' for name, seeds, _ in SABOTAGES]
    write(output_dir / "sabotages.inc", "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
