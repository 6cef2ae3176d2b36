package io.hubstorage.s3;

import java.util.Random;

/** The XML of a page of a listing, as odd as servers may write it: the same for the same seed. */
final class RandomPage {
    private static final String[] TIMES = {
        "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678Z", "1970-01-01T00:00:00.000Z", "2026-01-02T03:04:05.123456789Z"
    };
    private static final String[] NUMBERS = {"0", "1", "007", "5368709120", "9223372036854775807"};
    private static final String[] CLASSES = {"STANDARD", "GLACIER", "ODD", ""};
    private static final String[] SPACE = {"", "", "", " ", "\n  ", "\t\r\n", "<!-- c -->", "<?p i?>"};
    /** The first and last of each run of characters that XML 1.0 has. */
    private static final int[] EDGES = {
        0x09, 0x0A, 0x20, 0x25, 0x26, 0x2B, 0x3C, 0x3E, 0x5D, 0x7E, 0x7F, 0x80, 0x85, 0x9F, 0xA0, 0xFF, 0x7FF, 0x800,
        0x2028, 0xD7FF, 0xE000, 0xFFFD, 0x10000, 0x1F600, 0x10FFFF
    };

    private final Random random;
    private final StringBuilder xml = new StringBuilder();

    RandomPage(long seed) {
        random = new Random(seed);
    }

    String xml() {
        if (random.nextBoolean()) {
            xml.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        }
        xml.append(pick(SPACE).strip());
        boolean prefixed = random.nextInt(8) == 0;
        String root = prefixed ? "p:ListBucketResult" : "ListBucketResult";
        xml.append('<')
                .append(root)
                .append(prefixed ? " xmlns:p='urn:p'" : random.nextBoolean() ? " xmlns='urn:p'" : "");
        xml.append(" xmlns:s='urn:s'>");
        for (int count = random.nextInt(12); count > 0; count--) {
            space();
            part();
        }
        space();
        return xml.append("</").append(root).append('>').toString();
    }

    private void part() {
        switch (random.nextInt(10)) {
            case 0 -> leaf("Name", () -> "bucket");
            case 1 -> leaf("IsTruncated", () -> pick("true", "false", "TRUE"));
            case 2 -> leaf("NextContinuationToken", this::words);
            case 3 -> leaf("EncodingType", () -> pick("url", "URL", "none", ""));
            case 4 -> parent("CommonPrefixes", () -> leaf("Prefix", this::words));
            case 5 -> unknown(3);
            default -> parent("Contents", this::fields);
        }
    }

    private void fields() {
        for (int count = random.nextInt(9); count > 0; count--) {
            space();
            switch (random.nextInt(8)) {
                case 0 -> leaf("Size", () -> pick(NUMBERS));
                case 1 -> leaf("LastModified", () -> pick(TIMES));
                case 2 -> leaf("StorageClass", () -> pick(CLASSES));
                case 3 -> leaf("ETag", () -> pick("\"a-1\"", "a", "W/\"b\"", "\"", ""));
                case 4 ->
                    parent("RestoreStatus", () -> {
                        leaf("IsRestoreInProgress", () -> pick("true", "false"));
                        leaf("RestoreExpiryDate", () -> pick(TIMES));
                    });
                case 5 -> unknown(2);
                default -> leaf("Key", this::words);
            }
        }
    }

    /** What we do not ask for, or what nobody knows. */
    private void unknown(int depth) {
        parent(pick("Owner", "ChecksumAlgorithm", "Other", "s:Other"), () -> {
            if (depth > 0 && random.nextBoolean()) {
                unknown(depth - 1);
                leaf(pick("ID", "Key", "Size"), this::words);
            } else {
                written(words());
            }
        });
    }

    private interface Value {
        String get();
    }

    private void leaf(String name, Value value) {
        if (random.nextInt(12) == 0) {
            return;
        }
        String tag = random.nextInt(10) == 0 ? "s:" + name : name;
        String attributes = random.nextInt(8) == 0 ? " a='1' s:b=\"&lt;\"" : "";
        xml.append('<').append(tag).append(attributes).append('>');
        written(value.get());
        xml.append("</").append(tag).append('>');
    }

    private void parent(String name, Runnable inside) {
        xml.append('<').append(name).append('>');
        inside.run();
        space();
        xml.append("</").append(name).append('>');
    }

    private void space() {
        xml.append(pick(SPACE));
    }

    private String words() {
        StringBuilder text = new StringBuilder();
        for (int count = random.nextInt(random.nextInt(20) == 0 ? 6_000 : 12); count > 0; count--) {
            text.appendCodePoint(
                    switch (random.nextInt(4)) {
                        case 0 -> EDGES[random.nextInt(EDGES.length)];
                        case 1 -> any();
                        default -> 'a' + random.nextInt(26);
                    });
        }
        return text.toString();
    }

    private int any() {
        int point = 0x20 + random.nextInt(0x10FFFE - 0x20);
        return (point >= 0xD800 && point <= 0xDFFF) || point == 0xFFFE || point == 0xFFFF ? '~' : point;
    }

    /** A text, each character in one of the ways that XML has for it. */
    private void written(String text) {
        if (random.nextInt(6) == 0 && !text.contains("]]>")) {
            xml.append("<![CDATA[").append(text).append("]]>");
            return;
        }
        text.codePoints().forEach(point -> {
            switch (point) {
                case '<' -> xml.append("&lt;");
                case '&' -> xml.append("&amp;");
                case '>' -> xml.append("&gt;");
                case '"' -> xml.append(random.nextBoolean() ? "&quot;" : "\"");
                default -> {
                    if (random.nextInt(15) == 0) {
                        xml.append(
                                random.nextBoolean() ? "&#" + point + ";" : "&#x" + Integer.toHexString(point) + ";");
                    } else {
                        xml.appendCodePoint(point);
                    }
                }
            }
        });
    }

    private String pick(String... from) {
        return from[random.nextInt(from.length)];
    }
}
