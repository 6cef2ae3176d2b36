package io.hubstorage.s3;

import com.fasterxml.aalto.stax.InputFactoryImpl;
import io.hubstorage.bus.IsoTime;
import java.io.ByteArrayInputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.codehaus.stax2.XMLInputFactory2;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.utils.DateUtils;

/**
 * Reads the XML of one LIST answer in a single pass, as the SDK reads it: by local names in any namespace, the first of several
 * elements of a name, unknown ones passed over, nothing of a DTD. Used once.
 */
final class ListAnswerParser {
    private static final XMLInputFactory2 XML = factory();

    private final XMLStreamReader in;
    /** The text of the element just read. */
    private final StringBuilder text = new StringBuilder();

    private @Nullable String storageClass;

    private boolean listing;
    private @Nullable String encoding;
    private @Nullable Boolean truncated;
    private @Nullable String next;
    private final List<ListAnswer.Item> contents = new ArrayList<>();
    private final List<String> prefixes = new ArrayList<>();

    private static XMLInputFactory2 factory() {
        InputFactoryImpl factory = new InputFactoryImpl();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        // So that what is wrong with a text is told where it is read, as a checked exception.
        factory.setProperty(XMLInputFactory2.P_LAZY_PARSING, false);
        return factory;
    }

    private ListAnswerParser(XMLStreamReader in) {
        this.in = in;
    }

    /** Reads what a server sends as XML: nothing of a DTD, no entity but XML's own. */
    static XMLStreamReader reader(byte[] xml, int length) throws XMLStreamException {
        // As a stream, because Aalto's own source of bytes does not understand UTF-16.
        return XML.createXMLStreamReader(new ByteArrayInputStream(xml, 0, length));
    }

    /**
     * What the answer says; null when it is an error, for the SDK to make an exception of: some servers send errors as if all
     * were well.
     *
     * @throws XMLStreamException when it is no XML, or is cut off
     */
    static @Nullable ListAnswer parse(byte[] xml, int length) throws XMLStreamException {
        if (length == 0) {
            return ListAnswer.EMPTY;
        }
        try {
            XMLStreamReader in = reader(xml, length);
            try {
                return new ListAnswerParser(in).answer();
            } finally {
                in.close();
            }
        } catch (RuntimeException e) {
            // However the parser stumbles over what a server sends, the server is to blame.
            throw new XMLStreamException("the XML is broken", e);
        }
    }

    private @Nullable ListAnswer answer() throws XMLStreamException {
        String root = child();
        if ("Error".equals(root)) {
            return null;
        }
        for (String name = child(); name != null; name = child()) {
            switch (name) {
                case "Contents" -> {
                    listing = true;
                    contents.add(item());
                }
                case "CommonPrefixes" -> prefix();
                case "Name" -> {
                    listing = true;
                    skip();
                }
                case "IsTruncated" -> {
                    listing = true;
                    boolean said = Boolean.parseBoolean(string());
                    truncated = truncated == null ? said : truncated;
                }
                case "NextContinuationToken" -> next = first(next);
                case "EncodingType" -> encoding = first(encoding);
                default -> skip();
            }
        }
        return new ListAnswer(
                listing, "url".equals(encoding), Boolean.TRUE.equals(truncated), next, contents, prefixes);
    }

    private ListAnswer.Item item() throws XMLStreamException {
        String key = null;
        Long size = null;
        String etag = null;
        Instant modified = null;
        boolean timed = false;
        String storage = null;
        Boolean restored = null;
        for (String name = child(); name != null; name = child()) {
            switch (name) {
                case "Key" -> key = first(key);
                case "Size" -> {
                    text();
                    size = size == null ? Long.valueOf(number()) : size;
                }
                case "ETag" -> etag = first(etag);
                case "LastModified" -> {
                    text();
                    modified = timed ? modified : time();
                    timed = true;
                }
                case "StorageClass" -> {
                    text();
                    storage = storage == null ? storageClass() : storage;
                }
                case "RestoreStatus" -> {
                    boolean said = restored();
                    restored = restored == null ? said : restored;
                }
                default -> skip();
            }
        }
        return new ListAnswer.Item(
                key,
                size == null ? -1 : size,
                ObjectHead.bareEtag(etag),
                modified,
                storage,
                Boolean.TRUE.equals(restored));
    }

    private void prefix() throws XMLStreamException {
        String prefix = null;
        for (String name = child(); name != null; name = child()) {
            if (name.equals("Prefix")) {
                prefix = first(prefix);
            } else {
                skip();
            }
        }
        if (prefix != null) {
            prefixes.add(prefix);
        }
    }

    private boolean restored() throws XMLStreamException {
        String until = null;
        String underWay = null;
        for (String name = child(); name != null; name = child()) {
            switch (name) {
                case "RestoreExpiryDate" -> until = first(until);
                case "IsRestoreInProgress" -> underWay = first(underWay);
                default -> skip();
            }
        }
        return until != null && !until.isEmpty() && !Boolean.parseBoolean(underWay);
    }

    /** The name of the next element inside the present one, or null when that ends here; texts between are passed over. */
    private @Nullable String child() throws XMLStreamException {
        while (true) {
            int event = in.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                return in.getLocalName();
            }
            if (event == XMLStreamConstants.END_ELEMENT || event == XMLStreamConstants.END_DOCUMENT) {
                return null;
            }
        }
    }

    private void skip() throws XMLStreamException {
        for (int depth = 1; depth > 0; ) {
            int event = in.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                depth++;
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                depth--;
            }
        }
    }

    /** Reads the present element's text, to its end. */
    private void text() throws XMLStreamException {
        text.setLength(0);
        while (true) {
            switch (in.next()) {
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
                    text.append(in.getTextCharacters(), in.getTextStart(), in.getTextLength());
                case XMLStreamConstants.START_ELEMENT -> skip();
                case XMLStreamConstants.END_ELEMENT -> {
                    return;
                }
                case XMLStreamConstants.ENTITY_REFERENCE ->
                    throw new XMLStreamException("an entity that nothing declares");
                default -> {}
            }
        }
    }

    private String string() throws XMLStreamException {
        text();
        return text.toString();
    }

    /** The present element's text, unless there was one of its name before. */
    private String first(@Nullable String before) throws XMLStreamException {
        text();
        return before == null ? text.toString() : before;
    }

    private long number() {
        try {
            return Long.parseLong(text, 0, text.length(), 10);
        } catch (NumberFormatException notOne) {
            return -1;
        }
    }

    private @Nullable Instant time() {
        try {
            return IsoTime.parse(text);
        } catch (DateTimeException unusual) {
            return unusualTime();
        }
    }

    private @Nullable Instant unusualTime() {
        try {
            return DateUtils.parseIso8601Date(text.toString());
        } catch (RuntimeException none) {
            return null;
        }
    }

    /** The same text for all that have the same. */
    private String storageClass() {
        if (storageClass == null || !storageClass.contentEquals(text)) {
            storageClass = text.toString();
        }
        return storageClass;
    }
}
