package io.hubstorage.testkit;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The XML of S3's answers. */
final class S3Xml {
    private static final String HEAD = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    private static final String NAMESPACE = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    private static final String OWNER = "<Owner><ID>synthetic</ID><DisplayName>synthetic</DisplayName></Owner>";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private S3Xml() {}

    static String error(String code, String message, String resource) {
        StringBuilder xml = new StringBuilder(HEAD).append("<Error>");
        element(xml, "Code", code);
        element(xml, "Message", message);
        element(xml, "Resource", resource);
        return xml.append("<RequestId>synthetic</RequestId></Error>").toString();
    }

    static String location() {
        return HEAD + "<LocationConstraint" + NAMESPACE + "</LocationConstraint>";
    }

    static String buckets(Collection<String> names) {
        StringBuilder xml = new StringBuilder(HEAD)
                .append("<ListAllMyBucketsResult")
                .append(NAMESPACE)
                .append(OWNER)
                .append("<Buckets>");
        for (String name : names) {
            xml.append("<Bucket>");
            element(xml, "Name", name);
            element(xml, "CreationDate", TIME.format(SyntheticObject.FIRST_MODIFIED));
            xml.append("</Bucket>");
        }
        return xml.append("</Buckets></ListAllMyBucketsResult>").toString();
    }

    static String tags(Map<String, String> tags) {
        StringBuilder xml =
                new StringBuilder(HEAD).append("<Tagging").append(NAMESPACE).append("<TagSet>");
        for (Map.Entry<String, String> tag : new TreeMap<>(tags).entrySet()) {
            xml.append("<Tag>");
            element(xml, "Key", tag.getKey());
            element(xml, "Value", tag.getValue());
            xml.append("</Tag>");
        }
        return xml.append("</TagSet></Tagging>").toString();
    }

    static String page(String bucket, ListQuery query, ListPage page, SyntheticBucket.Traits traits) {
        StringBuilder xml = new StringBuilder(512 + 384 * page.objects().size())
                .append(HEAD)
                .append("<ListBucketResult")
                .append(NAMESPACE);
        element(xml, "Name", bucket);
        keyElement(xml, "Prefix", query.prefix(), query);
        element(xml, "MaxKeys", Integer.toString(query.maxKeys()));
        element(xml, "IsTruncated", Boolean.toString(page.truncated()));
        if (query.version() == 2) {
            element(
                    xml,
                    "KeyCount",
                    Integer.toString(page.objects().size() + page.groups().size()));
            optional(xml, "ContinuationToken", query.token());
            optional(xml, "NextContinuationToken", token(page.last(), traits));
            if (!query.startAfter().isEmpty()) {
                keyElement(xml, "StartAfter", query.startAfter(), query);
            }
        } else {
            keyElement(xml, "Marker", query.token() == null ? "" : query.token(), query);
            if (page.last() != null) {
                keyElement(xml, "NextMarker", page.last(), query);
            }
        }
        if (!query.delimiter().isEmpty()) {
            keyElement(xml, "Delimiter", query.delimiter(), query);
        }
        if (query.urlEncoded()) {
            element(xml, "EncodingType", "url");
        }
        contents(xml, query, page, traits);
        for (String group : page.groups()) {
            xml.append("<CommonPrefixes>");
            keyElement(xml, "Prefix", group, query);
            xml.append("</CommonPrefixes>");
        }
        return xml.append("</ListBucketResult>").toString();
    }

    private static void contents(StringBuilder xml, ListQuery query, ListPage page, SyntheticBucket.Traits traits) {
        Instant formatted = Instant.MIN;
        String time = "";
        for (SyntheticObject object : page.objects()) {
            if (!object.lastModified().equals(formatted)) {
                formatted = object.lastModified();
                time = TIME.format(formatted);
            }
            xml.append("<Contents>");
            keyElement(xml, "Key", object.key(), query);
            xml.append("<LastModified>").append(time);
            xml.append("</LastModified>");
            if (!object.etag().isEmpty()) {
                xml.append("<ETag>&quot;").append(object.etag()).append("&quot;</ETag>");
            }
            xml.append("<Size>").append(object.size());
            xml.append("</Size><StorageClass>").append(object.storageClass()).append("</StorageClass>");
            if (traits.checksum() != null) {
                element(xml, "ChecksumAlgorithm", traits.checksum().name());
                element(xml, "ChecksumType", "FULL_OBJECT");
            }
            if (query.fetchOwner()) {
                xml.append(OWNER);
            }
            if (query.restoreStatus() && object.restored()) {
                xml.append("<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress>"
                        + "<RestoreExpiryDate>2099-01-01T00:00:00.000Z</RestoreExpiryDate></RestoreStatus>");
            }
            xml.append("</Contents>");
        }
    }

    private static @Nullable String token(@Nullable String last, SyntheticBucket.Traits traits) {
        return last == null || traits.rawTokens() ? last : ListQuery.seal(last);
    }

    private static void optional(StringBuilder xml, String name, @Nullable String value) {
        if (value != null) {
            element(xml, name, value);
        }
    }

    private static void keyElement(StringBuilder xml, String name, String key, ListQuery query) {
        element(xml, name, query.urlEncoded() ? urlEncode(key) : key);
    }

    private static void element(StringBuilder xml, String name, String text) {
        xml.append('<').append(name).append('>');
        escape(xml, text);
        xml.append("</").append(name).append('>');
    }

    /** S3 leaves the slash alone and writes a space as a plus sign. */
    private static String urlEncode(String key) {
        for (int i = 0; i < key.length(); i++) {
            char unit = key.charAt(i);
            boolean plain = (unit >= 'a' && unit <= 'z')
                    || (unit >= 'A' && unit <= 'Z')
                    || (unit >= '0' && unit <= '9')
                    || unit == '/'
                    || unit == '-'
                    || unit == '_'
                    || unit == '.';
            if (!plain) {
                return URLEncoder.encode(key, StandardCharsets.UTF_8).replace("%2F", "/");
            }
        }
        return key;
    }

    private static void escape(StringBuilder xml, String text) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            switch (unit) {
                case '&' -> xml.append("&amp;");
                case '<' -> xml.append("&lt;");
                case '>' -> xml.append("&gt;");
                case '"' -> xml.append("&quot;");
                case '\r' -> xml.append("&#13;");
                default -> {
                    if (unit < ' ' && unit != '\n' && unit != '\t') {
                        // No XML parser takes this: what a listing without encoding-type gets for such a key.
                        xml.append("&#").append((int) unit).append(';');
                    } else {
                        xml.append(unit);
                    }
                }
            }
        }
    }
}
