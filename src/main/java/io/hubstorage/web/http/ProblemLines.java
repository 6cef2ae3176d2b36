package io.hubstorage.web.http;

import io.hubstorage.bus.ConfigMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The bus carries a refusal's reasons as text, one {@link ConfigMessage.Problem#toString} a line; this takes them apart
 * again, so that a page can show each beside its field.
 */
public final class ProblemLines {
    private static final Pattern LINE =
            Pattern.compile("(?<path>[^:\\s]+): found (?<found>.*), allowed: (?<allowed>.*)");

    private ProblemLines() {}

    /** The problems among the lines; lines of another form are left out. */
    public static List<ConfigMessage.Problem> parse(String message) {
        List<ConfigMessage.Problem> problems = new ArrayList<>();
        for (String line : message.lines().toList()) {
            Matcher match = LINE.matcher(line.strip());
            if (match.matches()) {
                problems.add(
                        new ConfigMessage.Problem(match.group("path"), match.group("found"), match.group("allowed")));
            }
        }
        return problems;
    }
}
