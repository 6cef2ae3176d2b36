package io.hubstorage.config;

import io.hubstorage.config.HubConfig.BucketSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code s3_buckets}: names, or objects of name, prefix and who pays.
 *
 * @param all {@code ["*"]}: every bucket found
 */
record BucketList(List<BucketSpec> buckets, boolean all) {
    private static final String ALLOWED_NAME =
            "3 to 255 letters, digits, dots, hyphens and underscores, beginning with a letter or digit";
    private static final int LONGEST_KEY = 1024;

    static BucketList read(JsonSection root) {
        List<?> items = root.list("s3_buckets", "a list of bucket names, [\"…\"]");
        if (items.size() == 1 && "*".equals(items.getFirst())) {
            return new BucketList(List.of(), true);
        }
        List<BucketSpec> buckets = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            String key = "s3_buckets[%d]".formatted(i);
            Object item = items.get(i);
            Map<?, ?> members = JsonSection.asMap(item);
            Object name = members == null ? item : members.get("name");
            JsonSection further = members == null ? null : root.item(key, members);
            String prefix = further == null ? "" : prefix(further);
            boolean requestPayer = further != null && further.bool("request_payer", false);
            if (further != null) {
                further.warnAboutTheRest();
            }
            if (name instanceof String text && BucketSpec.isName(text)) {
                if (names.add(text)) {
                    buckets.add(new BucketSpec(text, prefix, requestPayer));
                } else {
                    root.problem(key, text, "each bucket once");
                }
            } else if ("*".equals(name)) {
                root.problem(key, name, "[\"*\"] alone, without further buckets");
            } else {
                root.problem(members == null ? key : key + ".name", name, ALLOWED_NAME);
            }
        }
        return new BucketList(List.copyOf(buckets), false);
    }

    private static String prefix(JsonSection item) {
        item.take("name");
        Object prefix = item.take("prefix");
        // Not trimmed: a blank may belong to a key.
        if (prefix instanceof String text && text.getBytes(StandardCharsets.UTF_8).length <= LONGEST_KEY) {
            return text;
        }
        if (prefix != null) {
            item.problem("prefix", prefix, "the beginning of keys, at most %d bytes".formatted(LONGEST_KEY));
        }
        return "";
    }
}
