package io.hubstorage.web.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was dear to find out, kept while it is among the last that were asked for. Thread-safe; two that ask at once both find it out. */
final class LastUsed<T> {
    private final Map<List<Object>, T> kept;

    LastUsed(int most) {
        kept = Collections.synchronizedMap(new LinkedHashMap<>(most, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<List<Object>, T> eldest) {
                return size() > most;
            }
        });
    }

    @FunctionalInterface
    interface Finding<T, E extends Exception> {
        T find() throws E;
    }

    /** @param key all that the answer depends on */
    <E extends Exception> T get(List<Object> key, Finding<T, E> finding) throws E {
        T known = kept.get(key);
        if (known != null) {
            return known;
        }
        T found = finding.find();
        kept.put(key, found);
        return found;
    }
}
