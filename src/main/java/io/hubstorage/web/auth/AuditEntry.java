package io.hubstorage.web.auth;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One line of the audit log: who did what, when, and what came of it. Texts in it are from outside, to be escaped wherever they are
 * shown.
 *
 * @param id names it
 * @param action as {@link Permits} has it, or {@code login}, {@code login.failed}, {@code logout}, {@code refused},
 *     {@code audit.lost} where lines are missing
 * @param subject what it was done to, in short; null where the action says it all
 * @param status as of HTTP: below 400 it was done; 499 when who asked did not wait for the answer
 * @param more so many further ones of the same kind came since the last line like this, which were not written one by one
 */
public record AuditEntry(
        String id, Instant at, String action, @Nullable String subject, By by, int status, long more) {
    private static final int ID_BYTES = 9;
    private static final int LONGEST = 300;
    /** Of one value, so that it crowds no other out. */
    private static final int LONGEST_VALUE = 60;

    private static final int NO_CHARACTER = 0xFFFD;

    static final int HUNG_UP = 499;
    /** Of a request's body nothing else is ever written down: what is not known to be harmless may be a secret. */
    private static final List<String> TOLD = List.of(
            // What can destroy comes first, where nothing cuts it off.
            "in_place",
            "to",
            "to_dir",
            "delete_extra",
            "id",
            "alarm_id",
            "run_id",
            "snapshot",
            "name",
            "role",
            "schedule",
            "buckets",
            "dry_run",
            "paused");

    /**
     * Who it was.
     *
     * @param role the word of a {@link Role}; null where nobody was let in
     * @param via the word of an {@link Identity.Via}; null likewise
     * @param address where it came from; null for a command on this machine
     */
    public record By(
            @Nullable String name,
            @Nullable String role,
            @Nullable String via,
            @Nullable String address) {
        static By of(Principal principal, @Nullable String address) {
            return principal.identity().map(who -> of(who, address)).orElseGet(() -> new By(null, null, null, address));
        }

        static By of(Identity who, @Nullable String address) {
            return new By(who.name(), who.role().word(), who.via().word(), address);
        }
    }

    static AuditEntry of(Instant at, String action, @Nullable String subject, By by, int status) {
        return new AuditEntry(Tokens.text(ID_BYTES), at, action, subject, by, status, 0);
    }

    /** Whether something may have come of it. */
    boolean mayBeDone() {
        return status < 400 || status == HUNG_UP;
    }

    AuditEntry withMore(long untold) {
        return new AuditEntry(id, at, action, subject, by, status, untold);
    }

    /** Whatever of a request's body may be told; null where that is nothing. */
    public static @Nullable String subject(@Nullable JsonObject body) {
        if (body == null) {
            return null;
        }
        String told = TOLD.stream()
                .filter(name -> isPlain(body.getValue(name)))
                .map(name -> name + ' ' + cut(String.valueOf(body.getValue(name)), LONGEST_VALUE))
                .collect(Collectors.joining(", "));
        return told.isEmpty() ? null : cut(told);
    }

    /** An object is none of those that are known to be harmless, whatever it is called. */
    private static boolean isPlain(@Nullable Object value) {
        return value instanceof String
                || value instanceof Number
                || Boolean.TRUE.equals(value)
                || (value instanceof JsonArray all && all.stream().allMatch(String.class::isInstance));
    }

    /** As much of a text as belongs into a line. */
    static String cut(String text) {
        return cut(text, LONGEST);
    }

    /** In whole characters: of half a one, as JSON can bring it, no line could be made, and what was done would stand nowhere. */
    private static String cut(String text, int most) {
        StringBuilder cut = new StringBuilder();
        text.codePoints()
                .limit(most)
                .map(each -> Character.getType(each) == Character.SURROGATE ? NO_CHARACTER : each)
                .forEach(cut::appendCodePoint);
        return text.codePointCount(0, text.length()) <= most
                ? cut.toString()
                : cut.append('…').toString();
    }
}
