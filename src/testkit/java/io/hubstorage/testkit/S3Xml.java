package io.hubstorage.testkit;

import java.io.IOException;
import java.io.StringReader;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

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

    /** An upload in parts that has not ended. */
    record Begun(String key, String id, Instant when) {}

    static String begun(S3Request request, String id) {
        return upload("InitiateMultipartUploadResult", request, "UploadId", id);
    }

    static String completed(S3Request request, String etag) {
        return upload("CompleteMultipartUploadResult", request, "ETag", '"' + etag + '"');
    }

    private static String upload(String root, S3Request request, String name, String value) {
        StringBuilder xml = new StringBuilder(HEAD).append('<').append(root).append(NAMESPACE);
        element(xml, "Bucket", request.bucket());
        element(xml, "Key", isPlain(request.key()) ? request.key() : "");
        element(xml, name, value);
        return xml.append("</").append(root).append('>').toString();
    }

    private static boolean isPlain(String key) {
        return key.chars().allMatch(unit -> unit >= ' ' && unit < 0xD800);
    }

    static String uploads(String bucket, Collection<Begun> uploads) {
        StringBuilder xml =
                new StringBuilder(HEAD).append("<ListMultipartUploadsResult").append(NAMESPACE);
        element(xml, "Bucket", bucket);
        element(xml, "EncodingType", "url");
        element(xml, "IsTruncated", "false");
        for (Begun upload : uploads) {
            xml.append("<Upload>");
            element(xml, "Key", urlEncode(upload.key));
            element(xml, "UploadId", upload.id);
            element(xml, "Initiated", TIME.format(upload.when));
            xml.append("</Upload>");
        }
        return xml.append("</ListMultipartUploadsResult>").toString();
    }

    static String parts(Collection<Integer> numbers) {
        StringBuilder xml = new StringBuilder(HEAD).append("<ListPartsResult").append(NAMESPACE);
        for (int number : numbers) {
            xml.append("<Part>");
            element(xml, "PartNumber", Integer.toString(number));
            xml.append("</Part>");
        }
        return xml.append("</ListPartsResult>").toString();
    }

    /** The number and ETag of each part that is to be put together, in the order in which they are named. */
    static Map<Integer, String> parseParts(String xml) {
        Map<Integer, String> parts = new LinkedHashMap<>();
        for (Element part : elements(xml, "Part")) {
            parts.put(Integer.parseInt(text(part, "PartNumber")), text(part, "ETag"));
        }
        return parts;
    }

    static Map<String, String> parseTags(String xml) {
        Map<String, String> tags = new TreeMap<>();
        for (Element tag : elements(xml, "Tag")) {
            tags.put(text(tag, "Key"), text(tag, "Value"));
        }
        return tags;
    }

    /** The header {@code x-amz-tagging}. */
    static Map<String, String> parseTagging(String header) {
        Map<String, String> tags = new TreeMap<>();
        for (String tag : header.split("&", -1)) {
            String[] both = tag.split("=", 2);
            tags.put(
                    URLDecoder.decode(both[0], StandardCharsets.UTF_8),
                    both.length < 2 ? "" : URLDecoder.decode(both[1], StandardCharsets.UTF_8));
        }
        return tags;
    }

    private static List<Element> elements(String xml, String name) {
        try {
            NodeList found = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(xml)))
                    .getElementsByTagName(name);
            List<Element> elements = new ArrayList<>();
            for (int index = 0; index < found.getLength(); index++) {
                elements.add((Element) found.item(index));
            }
            return elements;
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new IllegalArgumentException(xml, e);
        }
    }

    private static String text(Element in, String name) {
        return in.getElementsByTagName(name).item(0).getTextContent();
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
