// Signs imgseal URLs with .NET's standard library. Copy SignImageUrl; what follows it is its check.

using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

static class Imgseal
{
    /// <summary>Path and query of a signed URL, to be put behind the origin.</summary>
    /// <param name="source">the key of the picture, not encoded</param>
    /// <param name="key">"k" of the JWK</param>
    /// <param name="expires">unix seconds</param>
    /// <exception cref="ArgumentException">for what the edge would refuse</exception>
    public static string SignImageUrl(
        string preset, string source, string kid, string key, long? expires = null, string version = null)
    {
        var secret = Convert.FromBase64String(
            key.Replace('-', '+').Replace('_', '/').PadRight((key.Length + 3) / 4 * 4, '='));
        // Refuses half of a surrogate pair (an EncoderFallbackException, which is an ArgumentException).
        var octets = new UTF8Encoding(false, true).GetBytes(source);
        var path = string.Concat(octets.Select(octet =>
            Regex.IsMatch(((char)octet).ToString(), "[A-Za-z0-9._~/-]") ? ((char)octet).ToString() : $"%{octet:X2}"));
        if (!Regex.IsMatch(preset, @"\A[a-z][a-z0-9-]{0,31}\z")
            || octets.Length > 850
            || Regex.IsMatch(path, @"(^|/)\.{0,2}(/|\z)|%([01][0-9A-F]|7F|5C)")
            || !Regex.IsMatch(kid, @"\A[A-Za-z0-9_-]{1,32}\z")
            || secret.Length < 32
            || expires < 1 || expires > 999999999999
            || (version != null && !Regex.IsMatch(version, @"\A[A-Za-z0-9_-]{1,64}\z")))
        {
            throw new ArgumentException("not a preset, source key, key, expiry or version of imgseal");
        }
        var claims = (expires == null ? "" : $"&exp={expires}") + (version == null ? "" : $"&ver={version}");
        var target = $"/{preset}/{path}" + (claims == "" ? "" : $"?{claims.Substring(1)}");
        var header = $"{{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"],\"kid\":\"{kid}\"}}";
        using (var hmac = new HMACSHA256(secret))
        {
            var input = Base64Url(Encoding.ASCII.GetBytes(header)) + "." + target;
            var signature = Base64Url(hmac.ComputeHash(Encoding.ASCII.GetBytes(input)));
            return $"{target}{(claims == "" ? "?" : "&")}kid={kid}&sig={signature}";
        }
    }

    static string Base64Url(byte[] octets) =>
        Convert.ToBase64String(octets).Replace('+', '-').Replace('/', '_').TrimEnd('=');

    static int Main(string[] arguments)
    {
        var passed = 0;
        foreach (var line in File.ReadLines(arguments[0]))
        {
            var column = line.Split('\t').Select(text => text == "." ? null : text).ToArray();
            string received;
            try
            {
                var expires = column[5] == null ? (long?)null : long.Parse(column[5]);
                received = SignImageUrl(column[3], TextOf(column[4] ?? ""), column[1], column[2], expires, column[6]);
            }
            catch (ArgumentException)
            {
                received = "refused";
            }
            if (received != column[7])
            {
                Console.Error.WriteLine($"{column[0]}\nexpected {column[7]}\nreceived {received}");
                return 1;
            }
            passed++;
        }
        Console.WriteLine($"pass {passed}");
        return 0;
    }

    // What is no UTF-8 cannot be a text of .NET's, and is refused here.
    static string TextOf(string hex) => new UTF8Encoding(false, true).GetString(
        Enumerable.Range(0, hex.Length / 2).Select(i => Convert.ToByte(hex.Substring(2 * i, 2), 16)).ToArray());
}
