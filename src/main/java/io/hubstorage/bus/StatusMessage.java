package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How things stand, as one room judges it for everybody. */
public sealed interface StatusMessage {
    /**
     * The judgement; a flat object in JSON.
     *
     * @param buckets those that are to be backed up, in the order of the configuration, then those that are only kept
     * @param conditions what is wrong now, the worst first; each is gone as soon as it is mended
     * @param alarms what has happened and nobody has acknowledged yet, the newest first
     * @param freeBytes what the data folder's disk has left; absent where that cannot be told
     * @param bandwidthLimit how fast backups may download now; absent where that is not limited
     */
    record Current(
            Instant at,
            @JsonUnwrapped Verdict verdict,
            List<Bucket> buckets,
            List<Condition> conditions,
            List<Alarm> alarms,
            @Nullable Long freeBytes,
            @Nullable BandwidthLimit bandwidthLimit)
            implements StatusMessage {
        public State state() {
            return verdict.state();
        }

        public String title() {
            return verdict.title();
        }

        public String detail() {
            return verdict.detail();
        }

        public String sentence() {
            return verdict.sentence();
        }
    }

    /**
     * All in one word and one sentence.
     *
     * @param title one sentence in which nothing ticks
     * @param detail what more there is to say and to do. Moments stand in both as <code>{ago:2026-11-20T06:05:00Z}</code>,
     *     <code>{until:…}</code> and, for a time of day, <code>{at:…}</code>, for those that show them longer than a moment
     * @param sentence title and detail with the moments in words, true when the judgement was made
     */
    record Verdict(State state, String title, String detail, String sentence) {}

    /**
     * One bucket.
     *
     * @param lastSuccess when the last run began that backed it up whole; absent when none is known
     * @param checked when that run ended
     * @param snapshot the newest one that has it as that run left it
     * @param held what the newest snapshot has of it; absent when it has nothing
     * @param problem what is wrong, as a phrase; absent when nothing is
     */
    record Bucket(
            String bucket,
            Standing state,
            @Nullable Instant lastSuccess,
            @Nullable Instant checked,
            @Nullable String snapshot,
            @Nullable Tally held,
            @Nullable String problem)
            implements StatusMessage {}

    /**
     * Something that is wrong now.
     *
     * @param message one sentence, for people
     * @param remedy what to do, in a sentence
     * @param since when it became so; absent where nobody knows
     */
    record Condition(
            Kind kind,
            String message,
            String remedy,
            @Nullable Instant since) implements StatusMessage {
        /** One of which nobody knows since when it is so. */
        public Condition(Kind kind, String message, String remedy) {
            this(kind, message, remedy, null);
        }

        public enum Kind {
            /** The backup engine does not answer. */
            ENGINE(true),
            /** The data folder is not there, not the one we know, or cannot be written. */
            DATA_FOLDER(true),
            /** How a run ended cannot be written down, or alarms cannot. */
            HISTORY(true),
            /** Nothing begins by itself. */
            SCHEDULER(true),
            /** A run cannot go on, and does as soon as what it needs is back. */
            WAITING(false),
            /** The configuration on disk is not the one in force. */
            CONFIG(false),
            /** Stored files are not what their manifests say. */
            DAMAGE(false),
            /** The last drill did not bring everything back; the backups themselves may well be good. */
            DRILL(false),
            /** The second copy is not what it should be; the backups themselves may well be good. */
            REPLICATION(false),
            /** Retention is to remove snapshots by itself, and nobody has confirmed its policy. */
            RETENTION(false),
            /** The data folder's disk is full within two weeks if it goes on like this. */
            DISK(false),
            /** A worker on another machine is lost, or not let in. Backups go on without it. */
            WORKER(false),
            /** Somebody tries passwords or tokens. No matter of the backups, which may be as safe as ever. */
            LOGIN(false);

            private final boolean stopsBackups;

            Kind(boolean stopsBackups) {
                this.stopsBackups = stopsBackups;
            }

            /** Whether nothing is backed up, or cannot be told to be, as long as it is so. */
            public boolean stopsBackups() {
                return stopsBackups;
            }

            /** Whether it is worth knowing and no more: the state of the backups is what it would be without it. */
            public boolean leavesStateAlone() {
                return this == WORKER || this == LOGIN;
            }
        }
    }

    /** All in one word. */
    enum State {
        /** A run is under way. */
        RUNNING,
        /** A run is under way and cannot go on. */
        WAITING,
        /** No bucket is chosen. */
        NEEDS_SETUP,
        /** Some bucket could not be backed up, or nothing can run. */
        FAILING,
        /** The last good copy of some bucket is older than the schedule allows. */
        LATE,
        /** Backups go on, but somebody has to look at something: objects that could not be copied, for example. */
        ATTENTION,
        /** Some bucket is not in the newest snapshot. */
        NEVER_RUN,
        /** Every bucket is safe, but nothing runs by itself. */
        PAUSED,
        /** Every bucket is in the newest snapshot as it should be, and the schedule is kept. */
        SAFE
    }

    /** How one bucket stands. */
    enum Standing {
        /** The newest snapshot has all of it, and is no older than the schedule allows. */
        SAFE,
        /** Some objects could not be copied, and are in the snapshot in their previous version or not at all. */
        PARTIAL,
        /** It could not be backed up; the snapshot has it as it was before, or not at all. */
        FAILING,
        /** Its last good copy is older than the schedule allows. */
        LATE,
        /** The newest snapshot does not have it. */
        NEVER,
        /** The newest snapshot has it, but it is not backed up any more. */
        LEFT_OUT
    }
}
