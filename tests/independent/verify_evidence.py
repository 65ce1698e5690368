#!/usr/bin/env python3
"""Proves the evidence of a request, by docs/formats.md and with none of Rightsdesk's code.

    verify_evidence.py --key sign-0001.pub < evidence.jsonl

Prints one line for each document and ends with 0; ends with 1 and one sentence at the first thing that does not hold. It
reads a public key and standard input, and never writes anything. Needs the Python package `cryptography`.
"""

import argparse
import hashlib
import json
import pathlib
import sys
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CONTEXT = b"rightsdesk/request-evidence/1"


class Fault(Exception):
    """Something that does not hold."""


def require(holds, why):
    if not holds:
        raise Fault(why)


def lp(part):
    return len(part).to_bytes(4, "big") + part


def canonical(document):
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def row_hash(tenant, event):
    parts = [b"rightsdesk/audit/1", uuid.UUID(tenant).bytes, event["seq"].to_bytes(8, "big"),
             event["at"].to_bytes(8, "big", signed=True), event["actor"].encode(), event["action"].encode(),
             event["object"].encode(), bytes.fromhex(event["payload_hash"] or ""), bytes.fromhex(event["prev"])]
    return sha256(b"".join(map(lp, parts)))


def verify(line, public):
    document = json.loads(line)
    require(canonical(document) == line, "it is not in canonical form")
    signature = bytes.fromhex(document.pop("sig"))
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, CONTEXT + b"\n" + canonical(document))
    except InvalidSignature:
        raise Fault("its signature does not hold") from None
    require(document["v"] == 1 and document["format"] == CONTEXT.decode(), "it is of another form")
    told = document["told"]
    require(sha256(canonical(told)) == document["content"], "what it tells is not what its digest is of")
    former, facts = None, []
    for event in told["events"]:
        where = f"row {event['seq']} of the books"
        require(row_hash(document["tenant"], event) == event["hash"], f"{where} is not what its hash covers")
        if former:
            require(former["seq"] < event["seq"], f"{where} stands in another's place")
            follows = former["seq"] + 1 != event["seq"] or former["hash"] == event["prev"]
            require(follows, f"{where} does not follow the row before it")
        if event["payload"] is not None:
            payload = bytes.fromhex(event["payload"])
            require(sha256(payload) == event["payload_hash"], f"the payload of {where} is another")
            facts.append((event["action"], payload.decode().split(" ")))
        former = event
    for plan in told["plans"]:
        digest = sha256("".join(line + "\n" for line in plan["lines"]).encode())
        require(digest == plan["digest"], f"plan {plan['number']} is not what its digest is of")
        said = lambda action: any(name == action and f"plan={digest}" in words for name, words in facts)
        require(not plan["submitted"] or said("request.plan_submitted"), f"nobody told that plan {plan['number']} was submitted")
        require(plan["state"] != "approved" or said("request.plan_approved"),
                f"nobody told that plan {plan['number']} was approved")
    return document


def main():
    parser = argparse.ArgumentParser(description="Proves the evidence of a request.")
    parser.add_argument("--key", required=True, help="the public key, 32 raw bytes")
    public = pathlib.Path(parser.parse_args().key).read_bytes()
    before = None
    try:
        for line in sys.stdin.buffer.read().splitlines():
            document = verify(line, public)
            if before is not None:
                require(document["prev"] == sha256(before), "it does not continue the evidence before it")
            before = line
            print(f"whole: {document['told']['request']['reference']}, evidence {document['number']}")
    except (Fault, KeyError, ValueError) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0 if before is not None else 1


if __name__ == "__main__":
    sys.exit(main())
