package io.hubstorage.plan;

/** A stream of keys is not in strictly rising UTF-8 byte order, so that no merge of it can be right. */
public final class UnorderedException extends Exception {
    private static final long serialVersionUID = 1;

    private final String earlier;
    private final String later;

    /** With the key that came first and the one that must not come after it. */
    public UnorderedException(String stream, String earlier, String later) {
        super("%s is not in order: %s came after %s".formatted(stream, later, earlier));
        this.earlier = earlier;
        this.later = later;
    }

    /** The key that came first. */
    public String earlier() {
        return earlier;
    }

    /** The key that came after it. */
    public String later() {
        return later;
    }
}
