package io.hubstorage.migrate;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * The property list by which macOS ran the old tool. Reading one blocks.
 *
 * @param intervalHours {@code StartInterval}; absent where it runs by the calendar, or only at login
 * @param cron {@code StartCalendarInterval}, if it is a single time of the day
 * @param workingFolder what relative paths of the old configuration were relative to
 * @param variables {@code EnvironmentVariables}, which may hold credentials
 */
record LaunchAgent(
        Path file,
        @Nullable Double intervalHours,
        @Nullable String cron,
        @Nullable Path workingFolder,
        Map<String, String> variables) {
    private static final double SECONDS_AN_HOUR = 3600;

    /** The one that the old tool installed below this home, if there is one. */
    static Optional<Path> installed(Path home) throws IOException {
        Path folder = home.resolve("Library/LaunchAgents");
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        TreeSet<Path> found = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*{s3backup,hubstorage}*.plist")) {
            files.forEach(found::add);
        }
        return found.stream().findFirst();
    }

    /** Reads one; fails with a message for people if it is none. */
    static LaunchAgent read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.startsWith("bplist")) {
            throw new IOException("%s is a binary property list; make it readable by: plutil -convert xml1 '%s'"
                    .formatted(file, file));
        }
        Map<String, Object> root;
        try {
            root = dictionary(document(text));
        } catch (SAXException | ParserConfigurationException e) {
            throw new IOException("%s is no property list: %s".formatted(file, e.getMessage()), e);
        }
        Map<String, String> variables = new LinkedHashMap<>();
        if (root.get("EnvironmentVariables") instanceof Map<?, ?> map) {
            map.forEach((name, value) -> variables.put(String.valueOf(name), String.valueOf(value)));
        }
        return new LaunchAgent(
                file,
                root.get("StartInterval") instanceof Long seconds && seconds > 0 ? seconds / SECONDS_AN_HOUR : null,
                root.get("StartCalendarInterval") instanceof Map<?, ?> when ? cron(when) : null,
                root.get("WorkingDirectory") instanceof String folder ? Path.of(folder) : null,
                variables);
    }

    /** A field that launchd is not told means "every one". */
    private static String cron(Map<?, ?> when) {
        StringBuilder cron = new StringBuilder();
        for (String field : new String[] {"Minute", "Hour", "Day", "Month", "Weekday"}) {
            cron.append(cron.isEmpty() ? "" : " ").append(when.get(field) instanceof Long number ? number : "*");
        }
        return cron.toString();
    }

    /** Property lists name a DTD on a web server: nothing outside of the file is looked at. */
    private static Element document(String text) throws IOException, SAXException, ParserConfigurationException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
        factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        factory.setExpandEntityReferences(false);
        var builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null);
        Element root = builder.parse(new InputSource(new StringReader(text))).getDocumentElement();
        Node first = root.getElementsByTagName("*").item(0);
        if (!root.getTagName().equals("plist")
                || !(first instanceof Element dict)
                || !dict.getTagName().equals("dict")) {
            throw new SAXException("no <plist> with a <dict> in it");
        }
        return dict;
    }

    private static Map<String, Object> dictionary(Element dict) {
        Map<String, Object> members = new LinkedHashMap<>();
        String key = "";
        for (Node node = dict.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element) {
                if (element.getTagName().equals("key")) {
                    key = element.getTextContent();
                } else {
                    members.put(key, value(element));
                }
            }
        }
        return members;
    }

    private static Object value(Element element) {
        String text = element.getTextContent().strip();
        return switch (element.getTagName()) {
            case "dict" -> dictionary(element);
            case "integer" -> text.matches("\\d{1,10}") ? (Object) Long.valueOf(text) : text;
            default -> text;
        };
    }
}
