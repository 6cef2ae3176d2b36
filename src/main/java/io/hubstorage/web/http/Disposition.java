package io.hubstorage.web.http;

import java.nio.charset.StandardCharsets;

/** {@code Content-Disposition: attachment} for any name: RFC 6266, with RFC 8187 for what is beyond ASCII. Pure. */
public final class Disposition {
    /** What a name may have in bytes on every usual file system, and room for a browser's " (1)". */
    private static final int MOST_BYTES = 240;

    private static final int MOST_ENDING = 20;

    private Disposition() {}

    /** The header's value: printable ASCII, whatever the name is. */
    public static String attachment(String name) {
        String plain = shortened(harmless(name));
        return "attachment; filename=\"%s\"; filename*=UTF-8''%s".formatted(ascii(plain), percentEncoded(plain));
    }

    /** Without what would be a folder, a command to a terminal, or another reading direction; never empty. */
    private static String harmless(String name) {
        StringBuilder harmless = new StringBuilder(name.length());
        name.codePoints().forEach(point -> {
            int type = Character.getType(point);
            boolean odd = Character.isISOControl(point)
                    || type == Character.FORMAT
                    || type == Character.SURROGATE
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || point == '/'
                    || point == '\\';
            harmless.appendCodePoint(odd ? '_' : point);
        });
        String text = harmless.toString().strip();
        return text.isEmpty() || text.chars().allMatch(unit -> unit == '.') ? "file" : text;
    }

    /** Keeps the ending, by which people and systems know what it is. */
    private static String shortened(String name) {
        if (bytes(name) <= MOST_BYTES) {
            return name;
        }
        int dot = name.lastIndexOf('.');
        String ending = dot > 0 && bytes(name.substring(dot)) <= MOST_ENDING ? name.substring(dot) : "";
        int end = name.length() - ending.length();
        while (bytes(name.substring(0, end)) + ending.length() > MOST_BYTES) {
            end = name.offsetByCodePoints(end, -1);
        }
        return name.substring(0, end) + ending;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String ascii(String name) {
        return name.replaceAll("[^ -~]|[\"%]", "_");
    }

    private static String percentEncoded(String name) {
        StringBuilder encoded = new StringBuilder();
        for (byte unit : name.getBytes(StandardCharsets.UTF_8)) {
            boolean letterOrDigit =
                    (unit >= '0' && unit <= '9') || (unit >= 'A' && unit <= 'Z') || (unit >= 'a' && unit <= 'z');
            if (letterOrDigit || "!#$&+-.^_`|~".indexOf(unit) >= 0) {
                encoded.append((char) unit);
            } else {
                encoded.append("%%%02X".formatted(unit & 0xFF));
            }
        }
        return encoded.toString();
    }
}
