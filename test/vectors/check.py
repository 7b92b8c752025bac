"""Checks the vectors with Python's standard library alone: HMAC, and Ed25519 as RFC 8032 5.1 spells it.

    python3 test/vectors/check.py [signed-urls.json]

Every signing input, signature, URL and grant token is computed anew from preset, source, claims and key.
"""

import base64, hashlib, hmac, json, pathlib, sys
from urllib.parse import quote

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(p, q):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = p, q
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def compress(point):
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | ((x & 1) << 255)).to_bytes(32, "little")


def base_point():
    y = 4 * pow(5, P - 2, P) % P
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    x = P - x if x & 1 else x
    return x, y, 1, x * y % P


G = base_point()


def ed25519(secret, message):
    digest = hashlib.sha512(secret).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    public = compress(multiply(scalar, G))
    r = int.from_bytes(hashlib.sha512(digest[32:] + message).digest(), "little") % L
    commitment = compress(multiply(r, G))
    k = int.from_bytes(hashlib.sha512(commitment + public + message).digest(), "little") % L
    return public, commitment + ((r + k * scalar) % L).to_bytes(32, "little")


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def sign(jwk, signing_input):
    if jwk["alg"] == "HS256":
        return encode(hmac.digest(decode(jwk["k"]), signing_input.encode(), hashlib.sha256))
    public, signature = ed25519(decode(jwk["d"]), signing_input.encode())
    assert encode(public) == jwk["x"], jwk["kid"]
    return encode(signature)


def check_url(vector, jwk):
    pairs = [("exp", vector["expires"]), ("ver", vector["version"])]
    claims = "&".join(f"{name}={value}" for name, value in pairs if value is not None)
    target = f"/{vector['preset']}/{quote(vector['source'], safe='/')}" + (f"?{claims}" if claims else "")
    header = compact({"alg": jwk["alg"], "b64": False, "crit": ["b64"], "kid": jwk["kid"]})
    signing_input = f"{encode(header)}.{target}"
    signature = sign(jwk, signing_input)
    assert signing_input == vector["signingInput"], vector["name"]
    assert signature == vector["signature"], vector["name"]
    assert f"{target}{'&' if claims else '?'}kid={jwk['kid']}&sig={signature}" == vector["target"], vector["name"]


def check_grant(vector, jwk):
    header = compact({"alg": jwk["alg"], "kid": jwk["kid"], "typ": "imgseal-grant+jwt"})
    signing_input = f"{encode(header)}.{encode(compact(vector['claims']))}"
    assert f"{signing_input}.{sign(jwk, signing_input)}" == vector["token"], vector["name"]
    for target in vector["opens"] + vector["refuses"]:
        assert target.endswith(f"grant={vector['token']}"), target


def main():
    default = pathlib.Path(__file__).with_name("signed-urls.json")
    vectors = json.loads(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else default).read_text("utf-8"))
    jwks = {jwk["kid"]: jwk for keys in (vectors, vectors["ed25519"]) for jwk in keys["keys"]["keys"]}
    urls = vectors["valid"] + vectors["ed25519"]["valid"]
    grants = vectors["grants"]["valid"]
    for vector in urls:
        check_url(vector, jwks[vector["kid"]])
    for vector in grants:
        check_grant(vector, jwks[vector["kid"]])
    print(f"{len(urls)} URLs and {len(grants)} grants agree")


main()
