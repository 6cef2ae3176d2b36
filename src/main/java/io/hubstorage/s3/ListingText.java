package io.hubstorage.s3;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Turns the keys of one listing into what they are; S3 sends them URL-encoded, as XML cannot hold every character. */
final class ListingText {
    private final String bucket;
    /** The server says that it encodes, and does not. */
    private boolean claimsFalsely;
    /** Decoding has made a difference to a key already handed out. */
    private boolean madeDifference;

    ListingText(String bucket) {
        this.bucket = bucket;
    }

    /** The keys of a page, decoded where its server encoded them. */
    List<String> keys(ListAnswer page) throws S3Failure {
        List<String> sent = new ArrayList<>(page.contents().size());
        boolean encoded = page.encoded();
        for (ListAnswer.Item item : page.contents()) {
            String key = item.key();
            if (key == null) {
                throw ListingCheck.nonsense(bucket, "it names an object without a key");
            }
            encoded = encoded && (claimsFalsely || looksEncoded(key));
            sent.add(key);
        }
        if (!page.encoded()) {
            return sent;
        }
        if (!encoded && !claimsFalsely) {
            if (madeDifference) {
                throw ListingCheck.nonsense(bucket, "it encodes keys on one page and does not on another");
            }
            claimsFalsely = true;
        }
        if (!claimsFalsely) {
            sent.replaceAll(this::decode);
        }
        return sent;
    }

    private String decode(String sent) {
        String key = decoded(sent);
        madeDifference |= !key.equals(sent);
        return key;
    }

    /** The common prefixes of a single page. */
    static List<String> prefixes(ListAnswer page) {
        List<String> sent = page.prefixes();
        boolean encoded = page.encoded() && sent.stream().allMatch(ListingText::looksEncoded);
        return encoded ? sent.stream().map(ListingText::decoded).toList() : sent;
    }

    /** Decodes one; most keys have nothing to decode. */
    static String decoded(String sent) {
        return sent.indexOf('%') < 0 && sent.indexOf('+') < 0 ? sent : URLDecoder.decode(sent, StandardCharsets.UTF_8);
    }

    static boolean looksEncoded(String sent) {
        for (int index = 0; index < sent.length(); index++) {
            char unit = sent.charAt(index);
            if (unit <= ' ' || unit >= 0x7F) {
                return false;
            }
            if (unit == '%') {
                if (index + 2 >= sent.length()
                        || !HexFormat.isHexDigit(sent.charAt(index + 1))
                        || !HexFormat.isHexDigit(sent.charAt(index + 2))) {
                    return false;
                }
            }
        }
        return true;
    }
}
