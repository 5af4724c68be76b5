#!/usr/bin/env python3
"""Makes what the fuzzers start from: seeds.py FOLDER

Writes FOLDER/NAME/*, and FOLDER/NAME.list for -seed_inputs, for every tests/fuzz/NAME_fuzz.cpp. They come from
tests/fuzz/seeds/NAME.txt, where a line "====" stands between two, and from answers of real ComfyUI servers.
"""

import hashlib
import json
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BYTES_MAX = 6000  # Larger ones slow every change of them down and tell nothing new.
WITH_CRLF = ("http", "proxy_head")


def written(name):
    """The seeds that stand in NAME.txt."""
    path = HERE / "seeds" / f"{name}.txt"
    if not path.exists():
        return
    for text in path.read_text(encoding="utf-8").removesuffix("\n").split("\n====\n"):
        yield text.replace("\n", "\r\n").encode() if name in WITH_CRLF else text.encode()


def shape(value):
    """The same for two values that differ in their scalars alone."""
    if isinstance(value, dict):
        return sorted((key if len(key) < 32 else "id", shape(item)) for key, item in value.items())
    if isinstance(value, list):
        return [shape(item) for item in value[:2]]
    return type(value).__name__


def recorded():
    """What real ComfyUI servers said, one of each shape, and the workflows that they were given."""
    seen = set()
    for path in sorted((ROOT / "tests/data/comfyui").glob("*/*.json")):
        for event in json.loads(path.read_text(encoding="utf-8"))["events"]:
            for key in ("json", "resp_json"):
                text = json.dumps(event.get(key), separators=(",", ":"))
                kind = json.dumps(shape(event.get(key)))
                if event.get(key) is not None and kind not in seen and len(text) <= BYTES_MAX:
                    seen.add(kind)
                    yield text.encode()
    for path in sorted((ROOT / "config/workflows").glob("*.json")):
        yield path.read_bytes()


def frames():
    """Binary messages of ComfyUI, as its protocol.py and server.py write them."""
    jpeg = b"\xff\xd8\xff\xe0" + b"jpeg"
    about = json.dumps({"node_id": "3", "prompt_id": "p-1", "image_type": "image/jpeg"}).encode()
    yield struct.pack(">II", 1, 1) + jpeg
    yield struct.pack(">II", 1, 2) + b"\x89PNG\r\n\x1a\n"
    yield struct.pack(">II", 4, len(about)) + about + jpeg


def web_socket(texts):
    """Each text as a client's frame, masked, and all of them as a server's, the first one in two parts."""
    mask = b"\x01\x02\x03\x04"
    for text in texts:
        length = struct.pack(">BH", 254, len(text)) if len(text) > 125 else bytes([128 | len(text)])
        yield b"\x81" + length + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(text))
    yield b"\x01\x03" + b'{"a' + b"\x89\x01x" + b"\x80\x04" + b'":1}' + b"\x82\x02\x00\xff" + b"\x88\x00"


def seeds_of(name):
    yield from written(name)
    if name == "comfyui":
        yield from recorded()
        yield from frames()
    if name == "proxy_socket":
        yield from web_socket(list(written(name)))
    if name == "config":
        yield (ROOT / "config/malin.toml").read_bytes()


def main(folder):
    for source in sorted(HERE.glob("*_fuzz.cpp")):
        name = source.name.removesuffix("_fuzz.cpp")
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        paths = []
        for seed in seeds_of(name):
            paths.append(place / hashlib.sha1(seed).hexdigest())
            paths[-1].write_bytes(seed)
        (folder / f"{name}.list").write_text(",".join(map(str, paths)), encoding="utf-8")


main(pathlib.Path(sys.argv[1]))
