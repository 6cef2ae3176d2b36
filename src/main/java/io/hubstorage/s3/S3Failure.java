package io.hubstorage.s3;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Why a request to S3 failed, sorted by what a backup does about it. The message is for people: what failed and what to do;
 * it never holds a secret or a signed URL.
 */
public abstract sealed class S3Failure extends Exception {
    /** Kind of the refusal to read an object without the customer's key that it is encrypted with. */
    public static final String CUSTOMER_KEY = "customer-key";

    /** Kind of the refusal to read an object with a customer's key that it is not encrypted with. */
    public static final String CUSTOMER_KEY_NOT_WANTED = "customer-key-not-wanted";

    /** Kind of a body that is not what its object is said to be. */
    public static final String CORRUPT = "corrupt";

    /** Kind of the answer that something is not there; only a complete listing without it makes that a fact. */
    public static final String NOT_FOUND = "not-found";

    /** Kind of the answer that there is no such bucket. */
    public static final String NO_SUCH_BUCKET = "no-such-bucket";

    /** Kind of the failure to reach the endpoint at all. */
    static final String UNREACHABLE = "unreachable";

    /** Kind of a wait for an answer that came to nothing. */
    static final String TIMEOUT = "timeout";

    /** Kind of a connection that broke. */
    static final String CONNECTION = "connection";

    /** Kind of an answer from something before the server that could not reach it either. */
    static final String GATEWAY = "gateway";

    /** Kinds that say something of one body, and nothing of the server. */
    private static final Set<String> ONE_BODY = Set.of("cut-body", "corrupt");

    private final String kind;

    private S3Failure(String kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /**
     * Sorts whatever a request threw.
     *
     * @param what what was tried, as the subject of a sentence: {@code "reading photos/a.jpg"}
     */
    public static S3Failure of(Throwable failure, String what) {
        return FailureSorter.sort(failure, what);
    }

    /** A body that is not what its object is said to be; the next attempt may bring the right one. */
    public static S3Failure corrupt(String message) {
        return new Retriable(CORRUPT, message, null);
    }

    /** An object that is no longer the listed one. */
    public static S3Failure changed(String message) {
        return new Changed(message, null);
    }

    /** An object that was a file when it was listed and is a folder now, or the other way. */
    public static S3Failure becameOther(String message) {
        return new Changed(message, null, true);
    }

    /** A listing that contradicts itself. */
    public static S3Failure listing(String message) {
        return new Permanent("listing", message, null);
    }

    /** An object that cannot be read although the bucket's listing names it: a failure of this object and of no other. */
    public static S3Failure unreadable(String kind, String message, S3Failure cause) {
        return new Permanent(kind, message, cause);
    }

    /** An object that the listing does not name any more. */
    public static S3Failure vanished(String message) {
        return new Vanished(message, null);
    }

    /** A short, stable word for certificates and metrics: {@code access-denied}, {@code listing}, {@code timeout}, … */
    public String kind() {
        return kind;
    }

    /** Whether trying again can help. */
    public boolean mayPass() {
        return this instanceof Retriable || this instanceof Throttled;
    }

    /** Whether it says nothing about what was asked for: whatever else were asked now, it would fare no better. */
    public boolean concernsEverything() {
        return this instanceof Throttled || isUnreachable() || kind.equals(GATEWAY);
    }

    /**
     * Whether S3 does not do its work at all: it is out of reach, throttles, or fails inside. Not so where it says no to one
     * request, or sends a body that is not the right one.
     */
    boolean refusesService() {
        return this instanceof Throttled || (this instanceof Retriable && !ONE_BODY.contains(kind));
    }

    /** The cause alone, in a few plain words: {@code connection refused}, {@code timed out}, {@code 503 SlowDown}. */
    String inShort() {
        return FailureSorter.inShort(this);
    }

    /** Whether the endpoint was not even reached. */
    public boolean isUnreachable() {
        return kind.equals(UNREACHABLE);
    }

    /** Whether a connection that was there ended in silence or broke, as those of an overloaded server do. */
    public boolean isBroken() {
        return kind.equals(TIMEOUT) || kind.equals(CONNECTION);
    }

    /** Whether the answer was that the object, or its bucket, is not there. */
    public boolean saysMissing() {
        return kind.equals(NOT_FOUND) || kind.equals(NO_SUCH_BUCKET);
    }

    /** Trying again does not help. */
    public static final class Permanent extends S3Failure {
        Permanent(String kind, String message, @Nullable Throwable cause) {
            super(kind, message, cause);
        }
    }

    /** May work when tried again: the network, or an error inside the server. */
    public static final class Retriable extends S3Failure {
        Retriable(String kind, String message, @Nullable Throwable cause) {
            super(kind, message, cause);
        }
    }

    /** The server asks for fewer requests: try again, later and slower. */
    public static final class Throttled extends S3Failure {
        private final Duration retryAfter;

        Throttled(String message, Duration retryAfter, @Nullable Throwable cause) {
            super("throttled", message, cause);
            this.retryAfter = retryAfter;
        }

        /** How long the server wants to be left alone; zero where it does not say. */
        public Duration retryAfter() {
            return retryAfter;
        }
    }

    /** The credentials are missing, wrong or expired: no request will work until somebody changes them. */
    public static final class Auth extends S3Failure {
        Auth(String message, @Nullable Throwable cause) {
            super("auth", message, cause);
        }
    }

    /** The object lies in an archive class and must be restored in S3 before it can be read. */
    public static final class Archived extends S3Failure {
        Archived(String message, @Nullable Throwable cause) {
            super("archived", message, cause);
        }
    }

    /** The listing does not name the object any more. That a read did not find it is not enough: see {@link #NOT_FOUND}. */
    public static final class Vanished extends S3Failure {
        Vanished(String message, @Nullable Throwable cause) {
            super("vanished", message, cause);
        }
    }

    /** The object is another than the one listed. */
    public static final class Changed extends S3Failure {
        private final boolean needsListing;

        Changed(String message, @Nullable Throwable cause) {
            this(message, cause, false);
        }

        private Changed(String message, @Nullable Throwable cause, boolean needsListing) {
            super("changed", message, cause);
            this.needsListing = needsListing;
        }

        /** Whether only a new listing of its bucket can tell where it belongs. */
        public boolean needsListing() {
            return needsListing;
        }
    }
}
