package io.hubstorage.testkit;

/**
 * With how many examples a property is tried: as many as the test says, which is what every build takes the time for; ten times as many
 * with {@code -Dexamples.times=10}, and no more than {@code -Dexamples=60} allows.
 */
public final class Examples {
    private static final int TIMES = Integer.getInteger("examples.times", 1);
    private static final int MOST = Integer.getInteger("examples", Integer.MAX_VALUE);

    private Examples() {}

    public static int upTo(int many) {
        return Math.min(many * TIMES, MOST);
    }
}
