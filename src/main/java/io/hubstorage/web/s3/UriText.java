package io.hubstorage.web.s3;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-encoding as S3 signs and lists with it: of all bytes of UTF-8 but the unreserved ones of RFC 3986. Pure. */
final class UriText {
    private static final String HEX = "0123456789ABCDEF";

    private UriText() {}

    /** @param slashes whether they stay as they are, as they do in paths */
    static String encode(String text, boolean slashes) {
        StringBuilder encoded = null;
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (isUnreserved(unit) || (slashes && unit == '/')) {
                continue;
            }
            encoded = new StringBuilder(text.length() * 2);
            break;
        }
        if (encoded == null) {
            return text;
        }
        for (byte unit : text.getBytes(StandardCharsets.UTF_8)) {
            char asChar = (char) (unit & 0xFF);
            if (isUnreserved(asChar) || (slashes && asChar == '/')) {
                encoded.append(asChar);
            } else {
                encoded.append('%').append(HEX.charAt(asChar >> 4)).append(HEX.charAt(asChar & 0xF));
            }
        }
        return encoded.toString();
    }

    /**
     * The text that was encoded, whatever characters the sender left as they are.
     *
     * @param plusIsBlank as in a query
     * @throws S3Refusal when it is not well encoded, or no UTF-8
     */
    static String decode(String encoded, boolean plusIsBlank) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char unit = encoded.charAt(i);
            if (unit == '%') {
                bytes.write(digit(encoded, i + 1) << 4 | digit(encoded, i + 2));
                i += 2;
            } else if (unit < 0x80) {
                bytes.write(plusIsBlank && unit == '+' ? ' ' : unit);
            } else {
                throw malformed();
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed();
        }
    }

    private static int digit(String encoded, int place) {
        int digit = place < encoded.length() && encoded.charAt(place) < 0x80
                ? Character.digit(encoded.charAt(place), 16)
                : -1;
        if (digit < 0) {
            throw malformed();
        }
        return digit;
    }

    private static S3Refusal malformed() {
        return new S3Refusal(400, "InvalidURI", "The address is not well encoded: it must be percent-encoded UTF-8.");
    }

    private static boolean isUnreserved(char unit) {
        return (unit >= 'a' && unit <= 'z')
                || (unit >= 'A' && unit <= 'Z')
                || (unit >= '0' && unit <= '9')
                || unit == '-'
                || unit == '.'
                || unit == '_'
                || unit == '~';
    }
}
