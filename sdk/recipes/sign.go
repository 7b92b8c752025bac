// Signs imgseal URLs with Go's standard library. Copy SignImageURL with what stands above it; what follows
// it is its check.
package main

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

var (
	presetName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	keyID      = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
	version    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	reserved   = regexp.MustCompile(`[^A-Za-z0-9._~/-]`)
	forbidden  = regexp.MustCompile(`(^|/)\.{0,2}(/|$)|[\x00-\x1f\x7f\\]`)
)

// ImageKey is a key of the JWK Set: KID is its "kid", K its "k".
type ImageKey struct{ KID, K string }

// SignImageURL returns path and query of a signed URL, to be put behind the origin.
//
// The source is the key of the picture in UTF-8, not encoded. The zero time never expires, and an empty
// version is left out. It is an error to ask for what the edge would refuse.
func SignImageURL(preset, source string, key ImageKey, expires time.Time, ver string) (string, error) {
	secret, err := base64.RawURLEncoding.DecodeString(key.K)
	if err != nil || len(secret) < 32 || !keyID.MatchString(key.KID) || !presetName.MatchString(preset) ||
		len(source) > 850 || !utf8.ValidString(source) || forbidden.MatchString(source) ||
		(!expires.IsZero() && (expires.Unix() < 1 || expires.Unix() > 999_999_999_999)) ||
		(ver != "" && !version.MatchString(ver)) {
		return "", errors.New("not a preset, source key, key, expiry or version of imgseal")
	}
	target := "/" + preset + "/" + reserved.ReplaceAllStringFunc(source, func(character string) string {
		escapes := ""
		for _, octet := range []byte(character) {
			escapes += fmt.Sprintf("%%%02X", octet)
		}
		return escapes
	})
	separator := "?"
	if !expires.IsZero() {
		target += fmt.Sprintf("?exp=%d", expires.Unix())
		separator = "&"
	}
	if ver != "" {
		target += separator + "ver=" + ver
		separator = "&"
	}
	header := fmt.Sprintf(`{"alg":"HS256","b64":false,"crit":["b64"],"kid":"%s"}`, key.KID)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + target))
	return target + separator + "kid=" + key.KID + "&sig=" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	passed := 0
	rows := bufio.NewScanner(file)
	for rows.Scan() {
		column := strings.Split(rows.Text(), "\t")
		for i, text := range column {
			if text == "." {
				column[i] = ""
			}
		}
		name, key, preset, expected := column[0], ImageKey{column[1], column[2]}, column[3], column[7]
		source, _ := hex.DecodeString(column[4])
		var expires time.Time
		if seconds, err := strconv.ParseInt(column[5], 10, 64); err == nil {
			expires = time.Unix(seconds, 0)
		}
		received, err := SignImageURL(preset, string(source), key, expires, column[6])
		if err != nil {
			received = "refused"
		}
		if received != expected {
			fmt.Fprintf(os.Stderr, "%s\nexpected %s\nreceived %s\n", name, expected, received)
			os.Exit(1)
		}
		passed++
	}
	fmt.Println("pass", passed)
}
