package io.hubstorage.backup;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Names a run by when it began, so that people can read, sort and dictate it: {@code 20261124-004911-k3f9}. */
final class RunId {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss").withZone(ZoneOffset.UTC);
    /** Without letters and digits that look alike. */
    private static final String ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";

    private static final int TAIL = 4;

    private RunId() {}

    /** The tail tells apart runs that begin in the same second. */
    static String of(Instant startedAt, RandomGenerator random) {
        String tail = random.ints(TAIL, 0, ALPHABET.length())
                .mapToObj(i -> ALPHABET.substring(i, i + 1))
                .collect(Collectors.joining());
        return SECOND.format(startedAt) + "-" + tail;
    }
}
