package io.hubstorage.web.s3;

import io.hubstorage.browse.FolderPage;
import io.hubstorage.bus.IsoTime;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One page of ListObjects, of version 1 or 2: what was asked for, checked, and the answer. */
final class Listing {
    private static final int MOST_KEYS = 1_000;
    private static final String OWNER_ID = "hubstorage";

    private final S3Request request;
    private final boolean second;
    private final String prefix;
    private final String delimiter;
    private final int maxKeys;
    private final boolean urlEncoded;
    private final @Nullable Token token;

    /**
     * Where a listing goes on.
     *
     * @param snapshot in which it began, and ends
     */
    private record Token(String snapshot, String after) {
        static Token of(String text) {
            try {
                String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
                int end = plain.indexOf('/');
                if (end > 0 && plain.lastIndexOf('\0', end) < 0) {
                    return new Token(plain.substring(0, end), plain.substring(end + 1));
                }
            } catch (IllegalArgumentException e) {
                // said below
            }
            throw S3Refusal.invalidArgument("The continuation token is none of ours.");
        }

        String text() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((snapshot + '/' + after).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** @throws S3Refusal when something that was asked for makes no sense */
    Listing(S3Request request) {
        this.request = request;
        second = "2".equals(request.parameter("list-type"));
        prefix = text("prefix");
        delimiter = text("delimiter");
        maxKeys = maxKeys(request.parameter("max-keys"));
        String encoding = text("encoding-type");
        if (!encoding.isEmpty() && !encoding.equals("url")) {
            throw S3Refusal.invalidArgument("encoding-type must be url, or absent.");
        }
        urlEncoded = !encoding.isEmpty();
        String given = request.parameter("continuation-token");
        token = second && given != null ? Token.of(given) : null;
    }

    private String text(String parameter) {
        return Objects.requireNonNullElse(request.parameter(parameter), "");
    }

    private static int maxKeys(@Nullable String text) {
        try {
            int asked = text == null || text.isEmpty() ? MOST_KEYS : Integer.parseInt(text);
            if (asked >= 0) {
                return Math.min(asked, MOST_KEYS);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw S3Refusal.invalidArgument("max-keys must be a whole number from 0 to 2147483647.");
    }

    /**
     * Reads the page, and writes it as XML. Blocks.
     *
     * @throws S3Refusal also when the snapshot in which the listing began is gone
     */
    String answer(S3Buckets buckets, OpenManifests manifests) throws IOException {
        String bucket = request.bucket();
        S3Buckets.Place place = token == null ? buckets.find(bucket) : buckets.find(bucket, token.snapshot());
        FolderPage page = maxKeys == 0
                ? new FolderPage(List.of(), null)
                : manifests.read(place, entries -> FolderPage.read(entries, prefix, delimiter, after(), maxKeys));
        return xml(place, page);
    }

    private @Nullable String after() {
        if (token != null) {
            return token.after();
        }
        String after = text(second ? "start-after" : "marker");
        return after.isEmpty() ? null : after;
    }

    private String xml(S3Buckets.Place place, FolderPage page) {
        XmlText xml = XmlText.of("ListBucketResult").element("Name", request.bucket());
        name(xml, "Prefix", prefix);
        if (second) {
            xml.element("KeyCount", Integer.toString(page.items().size()));
            echo(xml, "ContinuationToken", "continuation-token");
            if (page.next() != null) {
                xml.element("NextContinuationToken", new Token(place.snapshot().name(), page.next()).text());
            }
            if (request.has("start-after")) {
                name(xml, "StartAfter", text("start-after"));
            }
        } else {
            name(xml, "Marker", text("marker"));
            if (page.next() != null) {
                name(xml, "NextMarker", page.next());
            }
        }
        xml.element("MaxKeys", Integer.toString(maxKeys));
        if (!delimiter.isEmpty()) {
            name(xml, "Delimiter", delimiter);
        }
        xml.element("IsTruncated", Boolean.toString(page.next() != null));
        echo(xml, "EncodingType", "encoding-type");
        boolean owner = !second || "true".equals(request.parameter("fetch-owner"));
        for (FolderPage.Item item : page.items()) {
            ManifestEntry entry = item.entry();
            if (entry != null) {
                contents(xml, new S3Object(entry), owner);
            }
        }
        for (FolderPage.Item item : page.items()) {
            if (item.entry() == null) {
                xml.open("CommonPrefixes");
                name(xml, "Prefix", item.name());
                xml.close("CommonPrefixes");
            }
        }
        return xml.close("ListBucketResult").toString();
    }

    private void contents(XmlText xml, S3Object object, boolean owner) {
        xml.open("Contents");
        name(xml, "Key", object.key());
        xml.element("LastModified", time(object.entry().lastModified()))
                .element("ETag", object.etag())
                .element("Size", Long.toString(object.size()));
        if (owner) {
            owner(xml);
        }
        xml.element("StorageClass", Objects.requireNonNullElse(object.storageClass(), "STANDARD"))
                .close("Contents");
    }

    private void name(XmlText xml, String element, String name) {
        xml.element(element, urlEncoded ? UriText.encode(name, true) : name);
    }

    private void echo(XmlText xml, String element, String parameter) {
        String value = text(parameter);
        if (!value.isEmpty()) {
            xml.element(element, value);
        }
    }

    static void owner(XmlText xml) {
        xml.open("Owner")
                .element("ID", OWNER_ID)
                .element("DisplayName", OWNER_ID)
                .close("Owner");
    }

    /** With three digits of a fraction, as S3 has it. */
    static String time(Instant time) {
        String text = IsoTime.format(time.truncatedTo(ChronoUnit.MILLIS));
        return text.length() == "2026-11-27T06:00:00Z".length() ? text.replace("Z", ".000Z") : text;
    }
}
