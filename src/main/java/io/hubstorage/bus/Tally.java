package io.hubstorage.bus;

/** How many objects, and how many bytes they have together. */
public record Tally(long objects, long bytes) {
    public static final Tally ZERO = new Tally(0, 0);

    /** One object of that many bytes. */
    public static Tally of(long bytes) {
        return new Tally(1, bytes);
    }

    public Tally plus(Tally other) {
        return new Tally(objects + other.objects, bytes + other.bytes);
    }
}
