package io.hubstorage.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An expression of Prometheus, as far as its series can be looked up in a scrape: each metric must be there, each label on it, and each
 * value that is asked for.
 */
public record PromQl(String expression) {
    private static final Pattern SERIES =
            Pattern.compile("\\b((?:hubstorage|jvm|process|vertx|system)_[a-z0-9_]+)\\s*(?:\\{([^}]*)\\})?");
    private static final Pattern MATCHER = Pattern.compile("([a-z_]+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|on|ignoring|without)\\s*\\(([^)]*)\\)");

    /** What a service shows. */
    public static final class Scrape {
        private static final Pattern SAMPLE = Pattern.compile("([a-z0-9_]+)(?:\\{(.*)\\})? \\S+");
        private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

        /** By metric and label, the values that there are. */
        private final Map<String, Map<String, Set<String>>> metrics = new TreeMap<>();

        private final Set<String> families = new TreeSet<>();

        public Scrape(String text) {
            text.lines().forEach(line -> {
                if (line.startsWith("# TYPE ")) {
                    families.add(line.split(" ", -1)[2]);
                }
                Matcher sample = SAMPLE.matcher(line);
                if (!line.startsWith("#") && sample.matches()) {
                    Map<String, Set<String>> labels = metrics.computeIfAbsent(sample.group(1), _ -> new TreeMap<>());
                    LABEL.matcher(sample.group(2) == null ? "" : sample.group(2))
                            .results()
                            .forEach(label -> labels.computeIfAbsent(label.group(1), _ -> new TreeSet<>())
                                    .add(label.group(2)));
                }
            });
        }

        /** The names of the metrics that begin so. */
        public Set<String> families(String prefix) {
            Set<String> found = new TreeSet<>(families);
            found.removeIf(name -> !name.startsWith(prefix));
            return found;
        }
    }

    /**
     * What it names and the scrape has not.
     *
     * @param added labels that are on every series, whatever the scrape says
     */
    public List<String> problems(Scrape scrape, Set<String> added) {
        List<String> problems = new ArrayList<>();
        Set<String> labels = new TreeSet<>(added);
        Matcher series = SERIES.matcher(expression);
        while (series.find()) {
            Map<String, Set<String>> there = scrape.metrics.get(series.group(1));
            if (there == null) {
                problems.add("no metric " + series.group(1));
                continue;
            }
            labels.addAll(there.keySet());
            MATCHER.matcher(series.group(2) == null ? "" : series.group(2))
                    .results()
                    .filter(matcher -> !added.contains(matcher.group(1)))
                    .forEach(matcher ->
                            problems.addAll(problems(series.group(1), there, matcher.group(1), matcher.group(3))));
        }
        GROUPING.matcher(expression)
                .results()
                .flatMap(grouping -> Stream.of(grouping.group(1).split(",", -1)))
                .map(String::strip)
                .filter(label -> !labels.contains(label))
                .forEach(label -> problems.add("no label " + label));
        return problems;
    }

    private static List<String> problems(String metric, Map<String, Set<String>> there, String label, String wanted) {
        Set<String> values = there.get(label);
        if (values == null) {
            return List.of("no label %s on %s".formatted(label, metric));
        }
        // One of the dashboard's variables may be anything.
        return Stream.of(wanted.split("\\|", -1))
                .filter(value -> !value.startsWith("$") && !values.contains(value) && !known(metric, value))
                .map(value -> "no %s=\"%s\" on %s".formatted(label, value, metric))
                .toList();
    }

    /** A bucket stands in one state at a time, so that a scrape shows no other. */
    private static boolean known(String metric, String value) {
        return metric.equals("hubstorage_bucket_state")
                && Set.of("safe", "partial", "failing", "late", "never", "left_out")
                        .contains(value);
    }
}
