#!/usr/bin/env python3
"""Signs imgseal URLs with Python's standard library. Copy sign_image_url; what follows it is its check."""

import base64
import hashlib
import hmac
import json
import re
import sys
from urllib.parse import quote


def sign_image_url(preset, source, kid, key, expires=None, version=None):
    """Path and query of a signed URL, to be put behind the origin.

    source: the key of the picture, not encoded; key: "k" of the JWK; expires: unix seconds.
    Raises ValueError for what the edge would refuse.
    """

    def b64url(octets):
        return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()

    secret = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    path = quote(source, safe="/")  # UTF-8; a lone surrogate is a UnicodeEncodeError, which is a ValueError
    if (
        not re.fullmatch(r"[a-z][a-z0-9-]{0,31}", preset)
        or len(source.encode()) > 850
        or re.search(r"(^|/)\.{0,2}(/|$)|%([01][0-9A-F]|7F|5C)", path)
        or not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", kid)
        or len(secret) < 32
        or (expires is not None and not 0 < expires < 10**12)
        or (version is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", version))
    ):
        raise ValueError("not a preset, source key, key, expiry or version of imgseal")
    claims = [f"exp={expires}"] if expires is not None else []
    claims += [f"ver={version}"] if version is not None else []
    target = f"/{preset}/{path}" + ("?" + "&".join(claims) if claims else "")
    header = json.dumps({"alg": "HS256", "b64": False, "crit": ["b64"], "kid": kid}, separators=(",", ":"))
    signature = hmac.digest(secret, f"{b64url(header.encode())}.{target}".encode(), hashlib.sha256)
    return f"{target}{'&' if claims else '?'}kid={kid}&sig={b64url(signature)}"


def check(file):
    passed = 0
    for line in open(file, encoding="ascii"):
        name, kid, key, preset, source, expires, version, expected = (
            None if column == "." else column for column in line.rstrip("\n").split("\t")
        )
        try:
            # A key that is no UTF-8 is refused here: Python's text cannot hold it.
            text = bytes.fromhex(source or "").decode()
            received = sign_image_url(preset, text, kid, key, expires and int(expires), version)
        except ValueError:
            received = "refused"
        if received != expected:
            sys.exit(f"{name}\nexpected {expected}\nreceived {received}")
        passed += 1
    print(f"pass {passed}")


if __name__ == "__main__":
    check(sys.argv[1])
