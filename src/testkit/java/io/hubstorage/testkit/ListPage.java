package io.hubstorage.testkit;

import io.hubstorage.testkit.Fault.PageTrick;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing.
 *
 * @param groups the common prefixes
 * @param last where the next page goes on from; absent if this is the last page
 */
record ListPage(
        List<SyntheticObject> objects,
        List<String> groups,
        boolean truncated,
        @Nullable String last) {

    static ListPage of(SyntheticBucket bucket, ListQuery query) {
        boolean ordered = bucket.order() != ListOrder.UNORDERED;
        List<SyntheticObject> objects = new ArrayList<>();
        List<String> groups = new ArrayList<>();
        Set<String> seen = ordered ? new HashSet<>() : groupsBefore(bucket, query);
        Iterator<SyntheticObject> rest = start(bucket, query, seen, ordered);
        String last = null;
        while (rest.hasNext()) {
            SyntheticObject object = rest.next();
            if (!object.key().startsWith(query.prefix())) {
                if (ordered) {
                    break;
                }
                continue;
            }
            String group = group(object.key(), query);
            if (group != null && seen.contains(group)) {
                continue;
            }
            if (objects.size() + groups.size() == query.maxKeys()) {
                return new ListPage(objects, groups, query.maxKeys() > 0, last);
            }
            last = object.key();
            if (group == null) {
                objects.add(object);
            } else {
                seen.add(group);
                groups.add(group);
                last = ordered ? group : last;
                rest = ordered ? bucket.from(behind(group), true) : rest;
            }
        }
        return new ListPage(objects, groups, false, null);
    }

    /** The page with something wrong. */
    ListPage tricked(PageTrick trick, ListQuery query) {
        if (objects.isEmpty() && trick != PageTrick.NO_TOKEN) {
            return this;
        }
        List<SyntheticObject> changed = new ArrayList<>(objects);
        switch (trick) {
            case NO_TOKEN -> {
                return new ListPage(objects, groups, true, null);
            }
            case REPEATED_TOKEN -> {
                return new ListPage(objects, groups, true, query.after() == null ? "" : query.after());
            }
            case ENDS_EARLY -> {
                return new ListPage(objects.subList(0, objects.size() / 2), groups, false, null);
            }
            case EMPTY_BUT_MORE -> {
                return new ListPage(List.of(), List.of(), true, query.after() == null ? "" : query.after());
            }
            case OUT_OF_ORDER -> Collections.swap(changed, 0, changed.size() - 1);
            case DUPLICATE_KEY -> changed.add(1, changed.getFirst());
            case FOREIGN_KEY -> changed.add(SyntheticObject.of("\u0001foreign", 1, 1));
            case MALFORMED_XML -> {}
        }
        return new ListPage(changed, groups, truncated, last);
    }

    private static Iterator<SyntheticObject> start(
            SyntheticBucket bucket, ListQuery query, Set<String> seen, boolean ordered) {
        String after = query.after();
        if (!ordered) {
            return after != null
                    ? bucket.from(after, false)
                    : bucket.from(query.startAfter(), query.startAfter().isEmpty());
        }
        String group = after == null ? null : group(after, query);
        if (after != null && group != null && group.equals(after)) {
            seen.add(group);
            return bucket.from(behind(group), true);
        }
        String from = after == null ? query.startAfter() : after;
        return bucket.order().comparator().compare(from, query.prefix()) < 0
                ? bucket.from(query.prefix(), true)
                : bucket.from(from, from.isEmpty());
    }

    private static Set<String> groupsBefore(SyntheticBucket bucket, ListQuery query) {
        Set<String> seen = new HashSet<>();
        String after = query.after();
        if (after != null && !query.delimiter().isEmpty()) {
            Iterator<SyntheticObject> all = bucket.from("", true);
            for (String key = ""; all.hasNext() && !key.equals(after); ) {
                key = all.next().key();
                String group = key.startsWith(query.prefix()) ? group(key, query) : null;
                if (group != null) {
                    seen.add(group);
                }
            }
        }
        return seen;
    }

    private static @Nullable String group(String key, ListQuery query) {
        if (query.delimiter().isEmpty() || !key.startsWith(query.prefix())) {
            return null;
        }
        int end = key.indexOf(query.delimiter(), query.prefix().length());
        return end < 0 ? null : key.substring(0, end + query.delimiter().length());
    }

    /** The first string behind everything that begins with a group; the group itself where that is not simple. */
    private static String behind(String group) {
        char last = group.charAt(group.length() - 1);
        return last < 0xD7FF ? group.substring(0, group.length() - 1) + (char) (last + 1) : group;
    }
}
