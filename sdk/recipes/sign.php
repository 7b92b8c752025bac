<?php

// Signs imgseal URLs with PHP's standard library. Copy signImageUrl; what follows it is its check.

declare(strict_types=1);

/**
 * Path and query of a signed URL, to be put behind the origin.
 *
 * @param string $source the key of the picture in UTF-8, not encoded
 * @param string $key "k" of the JWK
 * @param ?int $expires unix seconds
 * @throws InvalidArgumentException for what the edge would refuse
 */
function signImageUrl(
    string $preset, string $source, string $kid, string $key, ?int $expires = null, ?string $version = null
): string {
    $b64url = fn (string $octets): string => rtrim(strtr(base64_encode($octets), '+/', '-_'), '=');
    $secret = base64_decode(strtr($key, '-_', '+/'));
    $path = implode('/', array_map('rawurlencode', explode('/', $source)));
    if (
        !preg_match('/\A[a-z][a-z0-9-]{0,31}\z/', $preset)
        || !preg_match('//u', $source) // is UTF-8
        || strlen($source) > 850
        || preg_match('~(^|/)\.{0,2}(/|\z)|%([01][0-9A-F]|7F|5C)~', $path)
        || !preg_match('/\A[A-Za-z0-9_-]{1,32}\z/', $kid)
        || strlen($secret) < 32
        || ($expires !== null && ($expires < 1 || $expires > 999999999999))
        || ($version !== null && !preg_match('/\A[A-Za-z0-9_-]{1,64}\z/', $version))
    ) {
        throw new InvalidArgumentException('not a preset, source key, key, expiry or version of imgseal');
    }
    $claims = http_build_query(['exp' => $expires, 'ver' => $version]); // leaves out what is null
    $target = "/$preset/$path" . ($claims === '' ? '' : "?$claims");
    $header = json_encode(['alg' => 'HS256', 'b64' => false, 'crit' => ['b64'], 'kid' => $kid]);
    $signature = hash_hmac('sha256', $b64url($header) . ".$target", $secret, true);
    return $target . ($claims === '' ? '?' : '&') . "kid=$kid&sig=" . $b64url($signature);
}

function check(string $file): void
{
    $passed = 0;
    foreach (file($file, FILE_IGNORE_NEW_LINES) as $line) {
        $columns = array_map(fn ($column) => $column === '.' ? null : $column, explode("\t", $line));
        [$name, $kid, $key, $preset, $source, $expires, $version, $expected] = $columns;
        try {
            $exp = $expires === null ? null : (int) $expires;
            $received = signImageUrl($preset, hex2bin($source ?? ''), $kid, $key, $exp, $version);
        } catch (InvalidArgumentException) {
            $received = 'refused';
        }
        if ($received !== $expected) {
            fwrite(STDERR, "$name\nexpected $expected\nreceived $received\n");
            exit(1);
        }
        $passed++;
    }
    echo "pass $passed\n";
}

check($argv[1]);
