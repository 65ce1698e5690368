#!/usr/bin/env python3
"""Proves what Rightsdesk shows of a request that was carried out, by docs/formats.md and with none of its code.

    verify_fulfilment.py certificate --key sign-0001.pub < certificate.json
    verify_fulfilment.py tombstones  --key sign-0001.pub [--key sign-0002.pub …] < tombstones.jsonl
    verify_fulfilment.py package     --key sign-0001.pub FOLDER        (a package, decrypted and unzipped)

Prints one line and ends with 0; ends with 1 and one sentence at the first thing that does not hold. It reads public keys,
standard input and the folder that is named, and never writes anything. Needs the Python package `cryptography`.
"""

import argparse
import base64
import hashlib
import json
import pathlib
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

OPEN = {"waiting", "sent", "acknowledged", "silent"}
ENDED = {"done", "already_gone", "refused", "given_up"}


class Fault(Exception):
    """Something that does not hold."""


def require(holds, why):
    if not holds:
        raise Fault(why)


def canonical(document):
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def signed(context, document, signature, keys):
    """The document without its signature was signed in this context by the key whose version it names."""
    version = document["key"]
    require(version in keys, f"give the public key of version {version}")
    try:
        Ed25519PublicKey.from_public_bytes(keys[version]).verify(signature, context + b"\n" + canonical(document))
    except InvalidSignature:
        raise Fault("its signature does not hold") from None


def certificate(text, keys):
    line = text.strip()
    document = json.loads(line)
    require(canonical(document) == line, "it is not in canonical form")
    digest = sha256(line)
    signed(b"rightsdesk/certificate/1", document, base64.b64decode(document.pop("sig")), keys)
    require(document["v"] == 1, "it is of another form")
    if not document.get("test"):
        require(document["scan"]["rows_left"] == 0, "something was left, and it is certified")
        done = {step["name"] for step in document["steps"] if step["state"] == "done"}
        require("scan" in done, "it is certified, and nobody looked whether anything was left")
    states = [one["state"] for one in document["recipients"]]
    require(set(states) <= OPEN | ENDED, "a recipient stands where none can")
    awaited = sum(state in OPEN for state in states)
    require(document["started_at"] <= document["finished_at"], "it ended before it began")
    return f"whole: {document['reference']}, {len(states)} recipients, {awaited} awaited, sha256 {digest}"


def tombstones(text, keys):
    before, count, standing = "0" * 64, 0, {}
    for raw in text.split(b"\n"):
        try:
            document = json.loads(raw)
        except ValueError:
            continue  # A piece that a program left which died: the next whole line says what it follows.
        require(canonical(document) == raw, f"line {count + 1} is not in canonical form")
        require(document["prev"] == before, f"line {count + 1} does not follow the one before it")
        before = sha256(raw)
        signed(b"rightsdesk/tombstone/1", document, bytes.fromhex(document.pop("sig")), keys)
        count += 1
        require(document["v"] == 1 and document["seq"] == count, f"line {count} is not the {count}th")
        require(re.fullmatch("[0-9a-f]{64}", document["digest"]), f"line {count} holds no digest")
        require(document["type"] in ("set", "lift"), f"line {count} says what no line says")
        of = (document["tenant"], document["kind"], document["scope"], document["kv"], document["digest"])
        standing[of] = document["type"] == "set"
    require(count > 0, "there is no line in it")
    return f"whole: {count} lines, {sum(standing.values())} tombstones stand, last {before}"


def package(folder, keys):
    manifest = (folder / "manifest.json").read_bytes()
    document = json.loads(manifest)
    require(canonical(document) == manifest.strip(), "the manifest is not in canonical form")
    signed(b"rightsdesk/package/1", document, base64.b64decode(document.pop("sig")), keys)
    require(document["v"] == 1, "it is of another form")
    listed = set()
    for one in document["files"]:
        path = folder / one["name"]
        require(path.is_file() and folder.resolve() in path.resolve().parents, f"{one['name']} is not there")
        data = path.read_bytes()
        require(len(data) == one["bytes"] and sha256(data) == one["sha256"], f"{one['name']} is another file")
        if one["name"].startswith("data/"):
            require(len(json.loads(data)) == (one["rows"] or 0), f"{one['name']} has another number of rows")
        listed.add(one["name"])
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {"manifest.json"}
    require(there == listed, f"it holds more than its manifest lists: {sorted(there - listed)}")
    return f"whole: {document['reference']}, {len(listed)} files, manifest sha256 {sha256(manifest)}"


def main():
    parser = argparse.ArgumentParser(description="Proves what is shown of a request that was carried out.")
    parser.add_argument("what", choices=["certificate", "tombstones", "package"])
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--key", action="append", required=True, help="a public key, 32 raw bytes in sign-NNNN.pub")
    said = parser.parse_intermixed_args()
    try:
        keys = {}
        for name in said.key:
            version = re.search(r"(\d+)\.pub$", name)
            require(version, f"{name} is not called sign-NNNN.pub")
            keys[int(version[1])] = pathlib.Path(name).read_bytes()
        if said.what == "package":
            require(said.folder, "name the folder of the package")
            print(package(said.folder, keys))
        elif said.what == "certificate":
            print(certificate(sys.stdin.buffer.read(), keys))
        else:
            print(tombstones(sys.stdin.buffer.read(), keys))
    except (Fault, KeyError, TypeError, ValueError, OSError) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
