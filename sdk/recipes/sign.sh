#!/bin/sh
# Signs imgseal URLs with a POSIX shell, openssl, od, awk and iconv. Copy what stands above check.

# Path and query of a signed URL, to be put behind the origin.
#
#   sign_image_url PRESET SOURCE KID KEY [EXPIRES] [VERSION]
#
# SOURCE is the key of the picture in UTF-8, not encoded; KEY is "k" of the JWK; EXPIRES is in unix seconds.
# The last two may be empty. For what the edge would refuse, nothing is printed and the status is 1.
sign_image_url() (
  export LC_ALL=C # lengths and ranges of bytes
  preset=$1 kid=$3 expires=$5 version=$6
  secret=$(printf '%s=' "$4" | tr -- '-_' '+/' | openssl base64 -d -A | in_hex)
  path=$(printf %s "$2" | percent_encode)
  case $preset in [!a-z]* | *[!a-z0-9-]* | '') exit 1 ;; esac
  case $kid in *[!A-Za-z0-9_-]* | '') exit 1 ;; esac
  case $expires in 0* | *[!0-9]*) exit 1 ;; esac
  case $version in *[!A-Za-z0-9_-]*) exit 1 ;; esac
  case /$path/ in *//* | */./* | */../* | *%[01]* | *%7F* | *%5C*) exit 1 ;; esac
  [ ${#preset} -le 32 ] && [ ${#kid} -le 32 ] && [ ${#expires} -le 12 ] && [ ${#version} -le 64 ] || exit 1
  [ ${#2} -le 850 ] && printf %s "$2" | iconv -f UTF-8 -t UTF-8 >/dev/null 2>&1 || exit 1
  [ ${#secret} -ge 64 ] && [ ${#secret} -le 128 ] || exit 1

  claims="${expires:+&exp=$expires}${version:+&ver=$version}"
  target="/$preset/$path${claims:+?${claims#?}}"
  header=$(printf '{"alg":"HS256","b64":false,"crit":["b64"],"kid":"%s"}' "$kid" | base64url)
  signature=$(printf %s "$header.$target" | hmac_sha256 "$secret" | base64url)
  [ -n "$claims" ] && separator='&' || separator='?'
  printf '%s\n' "$target${separator}kid=$kid&sig=$signature"
)

in_hex() { od -An -v -tx1 | tr -d ' \n'; }
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
percent_encode() {
  od -An -v -tu1 | awk '{
    for (i = 1; i <= NF; i++) {
      character = sprintf("%c", $i + 0)
      if (character ~ /[A-Za-z0-9._~\/-]/) printf "%s", character; else printf "%%%02X", $i
    }
  }'
}

# HMAC (RFC 2104) with a key of 32 to 64 bytes in hex, out of two plain digests: openssl takes the key of an
# HMAC on its command line only, which everybody on the machine can read.
hmac_sha256() {
  key=$1
  while [ ${#key} -lt 128 ]; do key=${key}00; done
  { xor 92 "$key"; { xor 54 "$key"; cat; } | openssl dgst -sha256 -binary; } | openssl dgst -sha256 -binary
}
# The octets that are in hex, each XOR a number.
xor() {
  hex=$2
  while [ -n "$hex" ]; do
    rest=${hex#??}
    octet=$((0x${hex%"$rest"} ^ $1))
    printf "\\$((octet >> 6))$((octet >> 3 & 7))$((octet & 7))"
    hex=$rest
  done
}

check() {
  passed=0
  tab=$(printf '\t')
  while IFS=$tab read -r name kid key preset source expires version expected; do
    [ "$name" = NUL ] && continue # which no text of a shell can hold
    [ "$source" = . ] && source=
    [ "$expires" = . ] && expires=
    [ "$version" = . ] && version=
    text=$(xor 0 "$source"; echo .) # the dot saves line ends
    received=$(sign_image_url "$preset" "${text%.}" "$kid" "$key" "$expires" "$version") || received=refused
    if [ "$received" != "$expected" ]; then
      printf '%s\nexpected %s\nreceived %s\n' "$name" "$expected" "$received" >&2
      exit 1
    fi
    passed=$((passed + 1))
  done <"$1"
  echo "pass $passed"
}

check "$1"
