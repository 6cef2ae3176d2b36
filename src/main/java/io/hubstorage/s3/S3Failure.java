package io.hubstorage.s3;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a request to S3 failed, classified by what a backup does about it. The message is for people: what failed and what to do;
 * it never holds a secret or a signed URL.
 */
public abstract sealed class S3Failure extends Exception {
    public enum Kind {
        ACCESS_DENIED,
        ARCHIVED,
        AUTH,
        CHANGED,
        /** Something in this program, or in the SDK. */
        CLIENT,
        /** Access to S3 was closed meanwhile. */
        CLOSED,
        CONNECTION,
        /** A body that is not what its object is said to be. */
        CORRUPT,
        /** The object cannot be read without the customer's key that it is encrypted with. */
        CUSTOMER_KEY,
        /** The object cannot be read with a customer's key that it is not encrypted with. */
        CUSTOMER_KEY_NOT_WANTED,
        /** A body that is shorter or longer than its object. */
        CUT_BODY,
        /** Something before the server could not reach it. */
        GATEWAY,
        /** A listing that contradicts itself. */
        LISTING,
        /** A listing in an order of the server's own, which cannot be had in ranges. */
        LISTING_ORDER,
        NO_SUCH_BUCKET,
        /** Something is not there; only a complete listing without it makes that a fact. */
        NOT_FOUND,
        NOT_IMPLEMENTED,
        RANGE,
        REFUSED,
        REGION,
        SERVER_ERROR,
        THROTTLED,
        TIMEOUT,
        TLS,
        /** The endpoint was not even reached. */
        UNREACHABLE,
        /** An answer whose XML is broken. */
        UNREADABLE,
        VANISHED;

        private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');

        /** As certificates and logs of failures write it: {@code access-denied}. */
        public String word() {
            return word;
        }
    }

    private final Kind kind;

    private S3Failure(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /**
     * Classifies whatever a request threw.
     *
     * @param what what was tried, as the subject of a sentence: {@code "reading photos/a.jpg"}
     */
    public static S3Failure of(Throwable failure, String what) {
        return FailureClassifier.classify(failure, what);
    }

    /** A body that is not what its object is said to be; the next attempt may bring the right one. */
    public static S3Failure corrupt(String message) {
        return new Retriable(Kind.CORRUPT, message, null);
    }

    public static S3Failure changed(String message) {
        return new Changed(message, null);
    }

    /** An object that was a file when it was listed and is a folder now, or the other way. */
    public static S3Failure becameOther(String message) {
        return new Changed(message, null, true);
    }

    /** A listing that contradicts itself. */
    public static S3Failure listing(String message) {
        return new Permanent(Kind.LISTING, message, null);
    }

    /** An object that cannot be read although the bucket's listing names it: a failure of this object and of no other. */
    public static S3Failure unreadable(Kind kind, String message, S3Failure cause) {
        return new Permanent(kind, message, cause);
    }

    public static S3Failure vanished(String message) {
        return new Vanished(message, null);
    }

    public Kind kind() {
        return kind;
    }

    public boolean mayPass() {
        return this instanceof Retriable || this instanceof Throttled;
    }

    /** Whether it says nothing about what was asked for: whatever else were asked now, it would fare no better. */
    public boolean concernsEverything() {
        return this instanceof Throttled || isUnreachable() || kind == Kind.GATEWAY;
    }

    /**
     * Whether S3 does not do its work at all: it is out of reach, throttles, or fails inside. Not so where it says no to one
     * request, or sends a body that is not the right one.
     */
    boolean refusesService() {
        return this instanceof Throttled
                || (this instanceof Retriable && kind != Kind.CUT_BODY && kind != Kind.CORRUPT);
    }

    /** The server's own word for it, {@code NoSuchUpload} for example; empty where it gave none. */
    public String code() {
        return FailureClassifier.code(this);
    }

    /** The cause alone, in a few plain words: {@code connection refused}, {@code timed out}, {@code 503 SlowDown}. */
    public String inShort() {
        return FailureClassifier.inShort(this);
    }

    public boolean isUnreachable() {
        return kind == Kind.UNREACHABLE;
    }

    /** Whether a connection that was there ended in silence or broke, as those of an overloaded server do. */
    public boolean isBroken() {
        return kind == Kind.TIMEOUT || kind == Kind.CONNECTION;
    }

    /** Whether the answer was that the object, or its bucket, is not there. */
    public boolean saysMissing() {
        return kind == Kind.NOT_FOUND || kind == Kind.NO_SUCH_BUCKET;
    }

    public static final class Permanent extends S3Failure {
        Permanent(Kind kind, String message, @Nullable Throwable cause) {
            super(kind, message, cause);
        }
    }

    /** May work when tried again: the network, or an error inside the server. */
    public static final class Retriable extends S3Failure {
        Retriable(Kind kind, String message, @Nullable Throwable cause) {
            super(kind, message, cause);
        }
    }

    /** The server asks for fewer requests: try again, later and slower. */
    public static final class Throttled extends S3Failure {
        private final Duration retryAfter;

        Throttled(String message, Duration retryAfter, @Nullable Throwable cause) {
            super(Kind.THROTTLED, message, cause);
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
            super(Kind.AUTH, message, cause);
        }
    }

    /** The object lies in an archive class and must be restored in S3 before it can be read. */
    public static final class Archived extends S3Failure {
        Archived(String message, @Nullable Throwable cause) {
            super(Kind.ARCHIVED, message, cause);
        }
    }

    /** The listing does not name the object any more. That a read did not find it is not enough: see {@link Kind#NOT_FOUND}. */
    public static final class Vanished extends S3Failure {
        Vanished(String message, @Nullable Throwable cause) {
            super(Kind.VANISHED, message, cause);
        }
    }

    /** The object is another than the one listed. */
    public static final class Changed extends S3Failure {
        private final boolean needsListing;

        Changed(String message, @Nullable Throwable cause) {
            this(message, cause, false);
        }

        private Changed(String message, @Nullable Throwable cause, boolean needsListing) {
            super(Kind.CHANGED, message, cause);
            this.needsListing = needsListing;
        }

        /** Whether only a new listing of its bucket can tell where it belongs. */
        public boolean needsListing() {
            return needsListing;
        }
    }
}
