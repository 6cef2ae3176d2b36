package io.hubstorage.testkit;

/** With how many examples a property is tried: as many as the test says, or no more than {@code -Dexamples=60} allows. */
public final class Examples {
    private static final int MOST = Integer.getInteger("examples", Integer.MAX_VALUE);

    private Examples() {}

    public static int upTo(int many) {
        return Math.min(many, MOST);
    }
}
