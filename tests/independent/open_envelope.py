#!/usr/bin/env python3
"""Opens what Rightsdesk has stored, by docs/formats.md and with none of its code.

    open_envelope.py known-answers
    open_envelope.py --keys FOLDER secret   < secret.json     (or --root-hex HEX instead of the folder)
    open_envelope.py --keys FOLDER personal < personal.json
    open_envelope.py --keys FOLDER check root 1

secret.json    {"tenant": uuid, "kek": {"id": uuid, "version": n, "wrapped": hex},
                "label": text, "row": uuid, "generation": n, "dek": hex, "ct": hex}
personal.json  {"tenant": uuid, "key": {"table": "subject_key" | "request_key", "id": uuid, "wrapped": hex},
                "label": text, "column": text, "row": uuid, "generation": n, "envelope": hex}

Prints the plaintext and ends with 0; ends with 1 and one sentence when an envelope does not open. It reads key
files and standard input, and never writes anything. Needs the Python package `cryptography`.
"""

import argparse
import hashlib
import hmac
import json
import pathlib
import sys
import unicodedata
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = {1: "secret", 2: "personal field", 3: "wrapped key", 4: "blob"}
KIND = {1: "root", 2: "epoch", 3: "tenant key", 4: "subject key", 5: "request key", 6: "value key"}


class Shut(Exception):
    """An envelope that does not open."""


def lp(part):
    return len(part).to_bytes(4, "big") + part


def raw(text):
    return uuid.UUID(text).bytes


def header(envelope):
    if len(envelope) < 54 or envelope[:4] != b"RD\x01\x01" or envelope[4] not in PURPOSE or envelope[5] not in KIND:
        raise Shut("not an envelope of version 1")
    return {
        "purpose": PURPOSE[envelope[4]],
        "kind": KIND[envelope[5]],
        "version": int.from_bytes(envelope[6:10], "big"),
        "key id": str(uuid.UUID(bytes=envelope[10:26])),
    }


def aad(envelope, tenant, table, column, row, generation):
    parts = [b"rightsdesk/aad/1", envelope[:26], raw(tenant), table.encode("ascii"), column.encode("ascii"), raw(row),
             generation.to_bytes(4, "big")]
    return b"".join(map(lp, parts))


def unseal(key, envelope, purpose, kind, tenant, table, column, row, generation):
    found = header(envelope)
    if (found["purpose"], found["kind"]) != (purpose, kind):
        raise Shut(f"{table}.{column} is a {found['purpose']} under a {found['kind']}")
    context = aad(envelope, tenant, table, column, row, generation)
    try:
        return AESGCM(key).decrypt(envelope[26:38], envelope[38:], context)
    except InvalidTag:
        raise Shut(f"{table}.{column} does not open: moved, altered, or under another key") from None


def key_file(folder, kind, version):
    digits = 6 if kind == "epoch" else 4
    key = (pathlib.Path(folder) / f"{kind}-{version:0{digits}}.key").read_bytes()
    if len(key) != 32:
        raise Shut(f"{kind}-{version:0{digits}}.key is not 32 bytes long")
    return key


def check_value(key):
    return hmac.new(key, b"rightsdesk/check/1", hashlib.sha256).digest()[:8]


def blind_index(index_key, label, value):
    field = HKDF(SHA256(), 32, None, b"rightsdesk/bidx/1/" + label.encode()).derive(index_key)
    return hmac.new(field, normalise(value), hashlib.sha256).digest()[:16]


def tombstone(suppress_key, tenant, kind, scope, value):
    parts = [b"rightsdesk/tomb/1", raw(tenant), kind.encode(), scope.encode(), normalise(value)]
    return hmac.new(suppress_key, b"".join(map(lp, parts)), hashlib.sha256).digest()


def normalise(value):
    composed = unicodedata.normalize("NFC", value.strip())
    return unicodedata.normalize("NFC", composed.lower()).encode()


def audit_hash(tenant, seq, micros, actor, action, thing, payload, prev):
    parts = [b"rightsdesk/audit/1", raw(tenant), seq.to_bytes(8, "big"), micros.to_bytes(8, "big", signed=True),
             actor.encode(), action.encode(), thing.encode(), payload, prev]
    return hashlib.sha256(b"".join(map(lp, parts))).digest()


def checkpoint(seed, version, at, heads, prev):
    line = {"v": 1, "at": at, "key": version, "prev": prev.hex(),
            "heads": [{"tenant": tenant, "seq": seq, "hash": row} for tenant, seq, row in heads]}
    signed = b"rightsdesk/checkpoint/1\n" + canonical(line)
    return canonical({**line, "sig": Ed25519PrivateKey.from_private_bytes(seed).sign(signed).hex()})


def canonical(document):
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def secret(root_of, given):
    kek, tenant = given["kek"], given["tenant"]
    wrapped = bytes.fromhex(kek["wrapped"])
    root = root_of(header(wrapped)["version"])
    key = unseal(root, wrapped, "wrapped key", "root", tenant, "tenant_key", "wrapped", kek["id"], kek["version"])
    place = (tenant, given["label"])
    dek = unseal(key, bytes.fromhex(given["dek"]), "wrapped key", "tenant key", *place, "dek", given["row"],
                 given["generation"])
    return unseal(dek, bytes.fromhex(given["ct"]), "secret", "value key", *place, "ct", given["row"],
                  given["generation"])


def personal(epoch_of, given):
    key, tenant = given["key"], given["tenant"]
    wrapped, envelope = bytes.fromhex(key["wrapped"]), bytes.fromhex(given["envelope"])
    epoch = epoch_of(header(wrapped)["version"])
    own = unseal(epoch, wrapped, "wrapped key", "epoch", tenant, key["table"], "wrapped", key["id"], 0)
    purpose = header(envelope)["purpose"]
    if purpose not in ("personal field", "blob"):
        raise Shut(f"{given['label']}.{given['column']} is a {purpose}")
    return unseal(own, envelope, purpose, key["table"].replace("_", " "), tenant, given["label"], given["column"],
                  given["row"], given["generation"])


def known_answers():
    """The examples of docs/formats.md, byte for byte."""
    span = lambda start: bytes(range(start, start + 32))
    ids = {n: str(uuid.UUID(hex=f"{n}" * 12 + "4" + f"{n}" * 3 + "8" + f"{n}" * 15)) for n in "12345"}
    wrapped = ("5244010103010000000100000000000000000000000000000000a2a2a2a2a2a2a2a2a2a2a2a215cf5a41097f3dab41085bfe7079"
               "3f399bf0058986a009dfdfdf1c90637e4804cf7e3adc7f22e50024e361b1c03aa5a6")
    dek = ("5244010103030000000322222222222242228222222222222222a3a3a3a3a3a3a3a3a3a3a3a36287db28f6d7391bfd425ae1a361b3c0"
           "cff338793205243d89ad994e16295b4330f4010c9eb0cbd301bc4d179cb8cab4")
    ct = ("5244010101060000000233333333333343338333333333333333a4a4a4a4a4a4a4a4a4a4a4a4625034a777032f4fdc160311f69001068a"
          "29829bd2a662809259b86bf1")
    subject = ("5244010103020000000700000000000000000000000000000000a5a5a5a5a5a5a5a5a5a5a5a5911d5d32d107bf7606dac92eef41"
               "ab14123d249b0408f412ff717db90681710943337cd5ec8029f42674ba211fca8d25")
    email = ("5244010102040000000044444444444444448444444444444444a6a6a6a6a6a6a6a6a6a6a6a6f4b971517fae16419a82b35bd4ce254f"
             "af400de2773cb28961392cbbcf97fd7c")
    opened = secret(lambda version: {1: span(0)}[version], {
        "tenant": ids["1"], "kek": {"id": ids["2"], "version": 3, "wrapped": wrapped}, "label": "store_secret",
        "row": ids["3"], "generation": 2, "dek": dek, "ct": ct})
    assert opened == b"shpat_example", "secret"
    opened = personal(lambda version: {7: span(0x20)}[version], {
        "tenant": ids["1"], "key": {"table": "subject_key", "id": ids["4"], "wrapped": subject},
        "label": "order_contact", "column": "email", "row": ids["5"], "generation": 0, "envelope": email})
    assert opened == b"john@example.com", "personal field"
    context = aad(bytes.fromhex(wrapped), ids["1"], "tenant_key", "wrapped", ids["2"], 3)
    assert len(context) == 123, "length of the associated data"
    assert check_value(span(0)).hex() == "a88a0647a9561664", "check value"
    assert blind_index(span(0xC0), "email", " John@Example.COM ").hex() == "e474b1c732865e3be01ab533f17615c0", "blind index"
    digest = tombstone(span(0xE0), ids["1"], "email", "", "john@example.com").hex()
    assert digest == "550bf7d960b82b894f7f448ccd2dc2b1a59c6c27fc412a9ffc631453f81c4a99", "tombstone"
    row = audit_hash(ids["1"], 1, 1767225600000000, "staff:" + ids["5"], "request.open", "request:" + ids["4"], b"",
                     bytes(32)).hex()
    assert row == "eb7e268860647b56a84d46515b0c7eddb087a7b13dedd884e104e3d67c513c40", "audit row hash"
    line = checkpoint(span(0xA0), 1, "2026-01-01T00:01:00.000000Z", [(ids["1"], 1, row)], bytes(32))
    found = hashlib.sha256(line).hexdigest()
    assert found == "988148a661bc9117a3d4a79c2fa1c5658053ae8303ec25e339ee77d0d871dfa6", "checkpoint"
    return b"the known answers hold"


def main():
    parser = argparse.ArgumentParser(description="Opens what Rightsdesk has stored, with none of its code.")
    parser.add_argument("--keys", help="the key folder")
    parser.add_argument("--root-hex", help="the root key itself, where no file holds it")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("known-answers", "secret", "personal"):
        verbs.add_parser(verb)
    check = verbs.add_parser("check")
    check.add_argument("kind", choices=["root", "epoch", "suppress", "sign"])
    check.add_argument("version", type=int)
    asked = parser.parse_args()

    def file_of(kind):
        if kind == "root" and asked.root_hex:
            return lambda _version: bytes.fromhex(asked.root_hex)
        if not asked.keys:
            parser.error("give --keys FOLDER")
        return lambda version: key_file(asked.keys, kind, version)

    try:
        if asked.verb == "known-answers":
            found = known_answers()
        elif asked.verb == "check":
            found = check_value(file_of(asked.kind)(asked.version)).hex().encode()
        elif asked.verb == "secret":
            found = secret(file_of("root"), json.load(sys.stdin))
        else:
            found = personal(file_of("epoch"), json.load(sys.stdin))
    except (Shut, OSError) as fault:
        print(fault, file=sys.stderr)
        return 1
    sys.stdout.buffer.write(found + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
