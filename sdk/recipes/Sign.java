// Signs imgseal URLs with Java's standard library (11 or newer). Copy signImageUrl; what follows it is its check.

import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import static java.nio.charset.StandardCharsets.UTF_8;

public final class Sign {
    private static final Pattern FORBIDDEN = Pattern.compile("(^|/)\\.{0,2}(/|$)|%([01][0-9A-F]|7F|5C)");

    /**
     * Path and query of a signed URL, to be put behind the origin.
     *
     * @param source the key of the picture, not encoded
     * @param key "k" of the JWK
     * @param expires unix seconds, or null
     * @param version version of the source, or null
     * @throws IllegalArgumentException for what the edge would refuse
     */
    static String signImageUrl(String preset, String source, String kid, String key, Long expires, String version)
            throws GeneralSecurityException {
        byte[] secret = Base64.getUrlDecoder().decode(key);
        ByteBuffer octets;
        try {
            // Not getBytes, which makes a question mark of half a surrogate pair.
            octets = UTF_8.newEncoder().encode(CharBuffer.wrap(source));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the source has no UTF-8 form", e);
        }
        String path = URLEncoder.encode(source, UTF_8)
                .replace("+", "%20").replace("*", "%2A").replace("%7E", "~").replace("%2F", "/");
        if (!preset.matches("[a-z][a-z0-9-]{0,31}")
                || octets.remaining() > 850
                || FORBIDDEN.matcher(path).find()
                || !kid.matches("[A-Za-z0-9_-]{1,32}")
                || secret.length < 32
                || (expires != null && (expires < 1 || expires > 999_999_999_999L))
                || (version != null && !version.matches("[A-Za-z0-9_-]{1,64}"))) {
            throw new IllegalArgumentException("not a preset, source key, key, expiry or version of imgseal");
        }
        String claims = (expires == null ? "" : "&exp=" + expires) + (version == null ? "" : "&ver=" + version);
        String target = "/" + preset + "/" + path + claims.replaceFirst("&", "?");
        String header = "{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"],\"kid\":\"" + kid + "\"}";
        Base64.Encoder base64url = Base64.getUrlEncoder().withoutPadding();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        byte[] signature = mac.doFinal((base64url.encodeToString(header.getBytes(UTF_8)) + "." + target).getBytes(UTF_8));
        return target + (claims.isEmpty() ? "?" : "&") + "kid=" + kid + "&sig=" + base64url.encodeToString(signature);
    }

    public static void main(String[] arguments) throws Exception {
        int passed = 0;
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String[] column = Arrays.stream(line.split("\t")).map(c -> c.equals(".") ? null : c).toArray(String[]::new);
            String name = column[0], kid = column[1], key = column[2], preset = column[3];
            String version = column[6], expected = column[7], received;
            Long expires = column[5] == null ? null : Long.valueOf(column[5]);
            try {
                received = signImageUrl(preset, textOf(column[4]), kid, key, expires, version);
            } catch (CharacterCodingException | IllegalArgumentException e) {
                received = "refused";
            }
            if (!received.equals(expected)) {
                System.err.printf("%s%nexpected %s%nreceived %s%n", name, expected, received);
                System.exit(1);
            }
            passed++;
        }
        System.out.println("pass " + passed);
    }

    /** What is no UTF-8 cannot be a Java text, and is refused here. */
    private static String textOf(String hex) throws CharacterCodingException {
        if (hex == null) return "";
        // A leading 01 keeps zeros and the sign; it is cut off again.
        byte[] octets = new BigInteger("01" + hex, 16).toByteArray();
        return UTF_8.newDecoder().decode(ByteBuffer.wrap(octets, 1, octets.length - 1)).toString();
    }
}
