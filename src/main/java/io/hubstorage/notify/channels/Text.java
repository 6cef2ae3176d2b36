package io.hubstorage.notify.channels;

import io.hubstorage.notify.Message;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Texts for people at the other end: cut to what a channel takes, and escaped by its rules. Pure. */
final class Text {
    private static final int WORDS = 200;
    private static final String MORE = "…";

    private Text() {}

    /** A character as it is. */
    static String plain(int character) {
        return Character.toString(character);
    }

    /** A character in HTML, in text and in quoted attributes. */
    static String html(int character) {
        return switch (character) {
            case '&' -> "&amp;";
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '"' -> "&quot;";
            default -> Character.toString(character);
        };
    }

    /**
     * A text without what has no place in a message: control characters, and those that turn the direction of what follows.
     *
     * @param limit the most characters of the result, in UTF-16, after escaping
     * @param escape of one character
     */
    static String fit(String text, int limit, IntFunction<String> escape) {
        return fit(text, limit, escape, String::length);
    }

    /** The same with a limit in bytes of UTF-8. */
    static String fitBytes(String text, int limit) {
        return fit(text, limit, Text::plain, part -> part.getBytes(StandardCharsets.UTF_8).length);
    }

    private static String fit(String text, int limit, IntFunction<String> escape, ToIntFunction<String> measure) {
        StringBuilder result = new StringBuilder();
        int[] characters = text.codePoints().filter(Text::isShown).toArray();
        int room = limit - measure.applyAsInt(MORE);
        int used = 0;
        // As far as it reaches when something follows, and where that is.
        int end = 0;
        for (int character : characters) {
            String part = escape.apply(character);
            used += measure.applyAsInt(part);
            if (used > limit) {
                return result.substring(0, end) + MORE;
            }
            result.append(part);
            if (used <= room) {
                end = result.length();
            }
        }
        return result.toString();
    }

    private static boolean isShown(int character) {
        boolean control = Character.isISOControl(character) && character != '\n' && character != '\t';
        boolean turns = (character >= 0x202A && character <= 0x202E) || (character >= 0x2066 && character <= 0x2069);
        boolean half = character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
        return !control && !turns && !half;
    }

    /** One line of it, as in a header: no line break gets through. */
    static String line(String text, int limit) {
        return fit(text.replaceAll("\\s+", " ").strip(), limit, Text::plain);
    }

    /** The first words of an answer or a reason. */
    static String words(String text) {
        return line(text, WORDS);
    }

    /** All that a message says below its title, in plain text. */
    static String body(Message message) {
        String facts = message.facts().stream()
                .map(fact -> fact.label() + ": " + fact.value())
                .collect(Collectors.joining("\n"));
        return Stream.of(message.text(), facts, message.link())
                .filter(part -> !part.isBlank())
                .collect(Collectors.joining("\n\n"));
    }
}
