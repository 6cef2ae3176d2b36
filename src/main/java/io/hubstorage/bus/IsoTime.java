package io.hubstorage.bus;

import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;

/** Times as texts like {@code 2026-11-26T19:13:47.123Z}, of which listings and manifests hold one a key. */
public final class IsoTime {
    private static final long SECONDS_OF_DAY = 86_400;
    /** Where the fraction begins, or the Z stands. */
    private static final int FRACTION = 19;
    /** With nine digits of a fraction. */
    private static final int LONGEST = FRACTION + 11;

    private static final long FIRST_SECOND =
            Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
    private static final long LAST_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
    private static final int NANOS_OF_MILLI = 1_000_000;

    private IsoTime() {}

    /** The same as {@link Instant#toString}, in a tenth of the time. */
    public static String format(Instant time) {
        long second = time.getEpochSecond();
        int nanos = time.getNano();
        if (second < FIRST_SECOND || second > LAST_SECOND || nanos % NANOS_OF_MILLI != 0) {
            return time.toString();
        }
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(second, SECONDS_OF_DAY));
        int ofDay = (int) Math.floorMod(second, SECONDS_OF_DAY);
        StringBuilder text = new StringBuilder(LONGEST);
        digits(text, date.getYear(), 1_000);
        digits(text.append('-'), date.getMonthValue(), 10);
        digits(text.append('-'), date.getDayOfMonth(), 10);
        digits(text.append('T'), ofDay / 3_600, 10);
        digits(text.append(':'), ofDay / 60 % 60, 10);
        digits(text.append(':'), ofDay % 60, 10);
        if (nanos > 0) {
            digits(text.append('.'), nanos / NANOS_OF_MILLI, 100);
        }
        return text.append('Z').toString();
    }

    /** @param unit of the first digit: 10 for two of them */
    private static void digits(StringBuilder text, int number, int unit) {
        for (int rest = unit; rest > 0; rest /= 10) {
            text.append((char) ('0' + number / rest % 10));
        }
    }

    /**
     * The same as {@link Instant#parse}, which takes some hundred nanoseconds longer: worth it where it is done for each of a
     * million keys.
     *
     * @throws DateTimeParseException when it is no time
     */
    public static Instant parse(CharSequence text) {
        int end = text.length() - 1;
        boolean usual = end >= FRACTION
                && end < LONGEST
                && text.charAt(end) == 'Z'
                && text.charAt(4) == '-'
                && text.charAt(7) == '-'
                && text.charAt(10) == 'T'
                && text.charAt(13) == ':'
                && text.charAt(16) == ':';
        if (!usual) {
            return Instant.parse(text);
        }
        int year = number(text, 0, 4);
        int month = number(text, 5, 7);
        int day = number(text, 8, 10);
        int hour = number(text, 11, 13);
        int minute = number(text, 14, 16);
        int second = number(text, 17, FRACTION);
        int nanos = nanos(text, end);
        boolean inRange = month >= 1
                && month <= 12
                && day >= 1
                && hour >= 0
                && hour <= 23
                && minute >= 0
                && minute <= 59
                && second >= 0
                && second <= 59
                && nanos >= 0
                && year >= 0
                && (day <= 28 || day <= LocalDate.of(year, month, 1).lengthOfMonth());
        if (!inRange) {
            return Instant.parse(text);
        }
        return Instant.ofEpochSecond(
                LocalDate.of(year, month, day).toEpochDay() * SECONDS_OF_DAY + hour * 3_600L + minute * 60L + second,
                nanos);
    }

    /** The nanoseconds that the fraction stands for; negative when it is none. */
    private static int nanos(CharSequence text, int end) {
        if (end == FRACTION) {
            return 0;
        }
        if (text.charAt(FRACTION) != '.' || end == FRACTION + 1) {
            return -1;
        }
        int nanos = number(text, FRACTION + 1, end);
        for (int digits = end - FRACTION - 1; digits < 9; digits++) {
            nanos *= 10;
        }
        return nanos;
    }

    /** Negative unless all of it are digits. */
    private static int number(CharSequence text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
