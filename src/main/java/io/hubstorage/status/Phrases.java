package io.hubstorage.status;

import io.hubstorage.bus.StatusMessage.Bucket;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Buckets, many of them and what is wrong with them, in words. */
final class Phrases {
    private static final int NAMED = 3;
    private static final int CAUSES = 2;

    private Phrases() {}

    /** What is wrong, the most frequent cause first, with the buckets it concerns. */
    static String causes(List<Bucket> bad) {
        Map<String, List<String>> byCause = new LinkedHashMap<>();
        bad.forEach(bucket -> byCause.computeIfAbsent(String.valueOf(bucket.problem()), _ -> new ArrayList<>())
                .add(bucket.bucket()));
        List<String> told = byCause.entrySet().stream()
                .sorted(Comparator.comparingInt(cause -> -cause.getValue().size()))
                .limit(CAUSES)
                .map(cause -> "%s: %s".formatted(listing(cause.getValue()), sentence(cause.getKey())))
                .toList();
        int more = byCause.size() - told.size();
        return String.join(" ", told)
                + (more == 0 ? "" : " %d more %s below.".formatted(more, more == 1 ? "cause is" : "causes are"));
    }

    static String listing(List<String> names) {
        if (names.size() <= 1) {
            return String.join("", names);
        }
        int named = names.size() <= NAMED ? names.size() - 1 : NAMED - 1;
        String last = names.size() <= NAMED ? names.getLast() : names.size() - named + " more";
        return String.join(", ", names.subList(0, named)) + " and " + last;
    }

    static String sentence(@Nullable String phrase) {
        return phrase == null ? "" : phrase.matches("(?s).*[.!?]") ? phrase : phrase + ".";
    }

    static String count(int many) {
        return many == 1 ? "1 bucket" : many + " buckets";
    }
}
