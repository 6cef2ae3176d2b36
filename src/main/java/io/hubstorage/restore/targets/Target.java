package io.hubstorage.restore.targets;

import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a restore writes: a bucket or a folder. A <em>key</em> is that of the object in its snapshot behind the prefix of this restore; a
 * <em>name</em> is how the target calls it: in S3 the same, in a folder a path. Safe for threads; blocks; an interrupt ends what
 * it does.
 */
public interface Target extends AutoCloseable {
    /**
     * What is there.
     *
     * @param etag without quotes; absent where there is none
     */
    record Found(
            String key, String name, long size, @Nullable String etag, Instant lastModified) {}

    /** What must be so for a write. */
    sealed interface Condition {
        /** Nothing is there. */
        record Absent() implements Condition {}

        /** What is there is still this. */
        record Unchanged(Found found) implements Condition {}

        /** Whatever is there. */
        record Any() implements Condition {}
    }

    /**
     * What was confirmed after the write, by HEAD or on the disk.
     *
     * @param etag as in {@link Found}
     * @param proof what compared equal: {@code etag}, {@code sha256}, {@code length}
     * @param differences what the target keeps otherwise than was asked, a phrase each: {@code storage class STANDARD instead of GLACIER}
     */
    record Written(@Nullable String etag, String proof, List<String> differences) {
        public Written {
            differences = List.copyOf(differences);
        }

        /** Of which the target keeps all as was asked. */
        public Written(@Nullable String etag, String proof) {
            this(etag, proof, List.of());
        }
    }

    /**
     * What a plan asks of the target.
     *
     * @param write to be written, replaced ones included
     * @param largest bytes of the largest object
     * @param tagged how many of them have tags
     * @param deletes how many others are to be deleted
     */
    record Demand(Tally write, long largest, long tagged, long deletes) {}

    /**
     * What can be told before the first byte.
     *
     * @param problems each a sentence with what to do; with one of them nothing is begun
     * @param warnings what a person should know beside that
     */
    record Checked(List<String> problems, List<String> warnings) {
        public Checked {
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
        }
    }

    /** What is there, pulled one by one in {@link KeyOrder} of the keys. For one thread. */
    interface Listing extends AutoCloseable {
        /** The next, or null after the last. */
        @Nullable
        Found next() throws IOException, InterruptedException;

        @Override
        void close() throws IOException;
    }

    /** Gives each key its name, keys in {@link KeyOrder}. For one thread. */
    interface Names extends AutoCloseable {
        String next(String key, long size) throws IOException;

        @Override
        default void close() throws IOException {}
    }

    /**
     * All keys of the buckets, those that will be asked for among them, each with its size, in {@link KeyOrder}; may be gone through
     * more than once.
     */
    @FunctionalInterface
    interface Keys {
        void forEach(Visitor visitor) throws IOException;

        @FunctionalInterface
        interface Visitor {
            void key(String key, long size) throws IOException;
        }
    }

    /** What is there is not what the condition asks for; nothing was written. The message says what there is. */
    final class ConflictException extends Exception {
        private static final long serialVersionUID = 1L;

        public ConflictException(String message) {
            super(message);
        }
    }

    /** It did not work, in the words of the server or the disk. */
    final class TargetException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String code;
        private final boolean mayPass;
        private final boolean concernsAll;

        /**
         * @param code in a word, for counting: {@code AccessDenied}, {@code disk_full}
         * @param mayPass whether a later attempt at the same may work
         * @param concernsAll whether every other object would fail for the same reason, so that the restore stops
         */
        public TargetException(
                String code, String message, boolean mayPass, boolean concernsAll, @Nullable Throwable cause) {
            super(message, cause);
            this.code = code;
            this.mayPass = mayPass;
            this.concernsAll = concernsAll;
        }

        public String code() {
            return code;
        }

        public boolean mayPass() {
            return mayPass;
        }

        public boolean concernsAll() {
            return concernsAll;
        }
    }

    /** Looks whether the demand can be met, as often as it is asked; changes nothing that stays. */
    Checked check(Demand demand) throws IOException, InterruptedException;

    /** Before a run that goes on: refuses where this is not the target that the restore began in. */
    default void requireBegun() throws TargetException {}

    /** Before the first write of a run: makes what is allowed to be made, such as the bucket or the folder. */
    void prepare() throws TargetException, IOException, InterruptedException;

    /** For the keys that follow. */
    default Names names(Keys keys) throws IOException {
        return (key, _) -> key;
    }

    /** Why the entry cannot be written under this name, in a sentence; empty when it can. */
    default Optional<String> refuses(String name, ManifestEntry entry) {
        return Optional.empty();
    }

    /** How many requests it takes to write the entry; 0 where nobody counts them. */
    long requests(ManifestEntry entry);

    /** What is there below a prefix of keys, lazily; nothing where the bucket or folder is not there. */
    Listing list(String prefix) throws TargetException, IOException, InterruptedException;

    /** What is there under one name. */
    Optional<Found> find(String key, String name) throws TargetException, IOException, InterruptedException;

    /** Whether what is there has the content that the entry would have here (by ETag, or by size and time); no body is read. */
    boolean isSame(Found found, ManifestEntry entry);

    /**
     * Writes one object, with its metadata, and confirms it. A target that has no conditional writes looks right before.
     *
     * @throws ConflictException when the condition does not hold
     * @throws Source.DamagedException when the source is not what the manifest says; nothing was written then
     * @throws IOException when the source cannot be read
     */
    Written write(String name, ManifestEntry entry, Source source, Condition condition)
            throws ConflictException, TargetException, IOException, InterruptedException;

    /**
     * Whether what is there under the name has the content of the entry: what a write, of which nobody knows the end, may have left.
     * Reads no body in S3, and sets the tags there that such a write did not come to.
     */
    Optional<Written> holds(String name, ManifestEntry entry) throws TargetException, IOException, InterruptedException;

    /**
     * Deletes what was found.
     *
     * @throws ConflictException when something else is there now; that nothing is there is no conflict
     */
    void delete(Found expected) throws ConflictException, TargetException, IOException, InterruptedException;

    /**
     * After the last write: makes what was written survive a power loss, where the server does not answer for that. No run goes on
     * after that.
     */
    default void sync() throws TargetException, IOException {}

    /** How many objects may be written at the same time. */
    int atOnce();

    /** The threads that they are written on. */
    default Thread.Builder threads() {
        return Thread.ofVirtual().name("restore-", 0);
    }

    /**
     * Ends what an earlier, killed process of this restore left half-done: its multipart uploads, its temporary files. Called
     * before the first write of a run, and after the last.
     */
    void clear() throws TargetException, IOException, InterruptedException;

    @Override
    void close() throws IOException;
}
