package io.hubstorage.retain;

import java.util.List;

/**
 * Whether a snapshot stays.
 *
 * @param reasons why it does, the weightiest first; none when it goes
 */
public record Verdict(String snapshot, List<Reason> reasons) {
    public Verdict {
        reasons = List.copyOf(reasons);
    }

    public boolean stays() {
        return !reasons.isEmpty();
    }

    /** Whether somebody may delete it by hand: only rules keep it, or doubts about the clock. */
    public boolean removable() {
        return reasons.stream().noneMatch(reason -> reason.kind().holds());
    }

    /**
     * Why a snapshot stays.
     *
     * @param text a phrase for people: {@code daily 3 of 14}, {@code last success of photos}
     */
    public record Reason(Kind kind, String text) {}

    /** In the order in which people want to hear of them. */
    public enum Kind {
        /** Somebody pinned it. */
        PINNED(true),
        /** Somebody works with it. */
        IN_USE(true),
        /** The last one in which a bucket succeeded, or that has anything of it. */
        LAST_SUCCESS(true),
        /** The next backup builds on it. */
        NEWEST(true),
        /** What an open alarm is about may be found in it alone. */
        ALARM(true),
        /** The old tool made it. */
        LEGACY(true),
        /** It is dated in the future. */
        FUTURE(false),
        /** The clock cannot be trusted, so nothing goes. */
        CLOCK(false),
        /** A rule of the policy. */
        RULE(false);

        private final boolean holds;

        Kind(boolean holds) {
            this.holds = holds;
        }

        /** Whether it may not be deleted by hand either. */
        public boolean holds() {
            return holds;
        }
    }
}
