package io.hubstorage.testkit;

import java.time.Duration;

/** What can go wrong with one answer of a {@link SyntheticS3}. A {@code share} is a place in the body, from 0 to 1. */
public sealed interface Fault {
    /** An error answer of S3. */
    record Status(int status, String code, String message) implements Fault {}

    /** The connection is reset before anything was answered. */
    record ResetFirst() implements Fault {}

    /** Nothing is ever answered; the connection stays open. */
    record Hang() implements Fault {}

    /** The right answer, but only when they are let go; a write too happens only then. */
    record Hold(HeldRequests held) implements Fault {}

    /** The right answer, but late; what is to be written is written at once. */
    record Late(Duration delay) implements Fault {}

    /**
     * The head is right, the body is not. A write takes effect, and then its answer does not come; but for {@link BodyTrick#CORRUPT}, with
     * which other bytes arrive.
     */
    record Body(BodyTrick trick, double share) implements Fault {}

    /** The connection is reset when so much of the request's body has come; nothing is written. */
    record ResetWhileSent(double share) implements Fault {}

    /** An error that comes when 200 is said already, as it may for what takes long. */
    record ErrorIn200(String code, String message) implements Fault {}

    /** The page is not what the listing says. */
    record Page(PageTrick trick) implements Fault {}

    /** What happens to a body at its place. */
    enum BodyTrick {
        /** The connection is reset. */
        RESET,
        /** The connection is closed in order, short of {@code Content-Length}. */
        CUT,
        /** No further byte comes, and the connection stays open. */
        STALL,
        /** All of it comes, in chunks, and the connection is closed in order before the one that would say so. */
        OPEN_END,
        /** One byte is another; everything else is right. */
        CORRUPT
    }

    /** What happens to a page of a listing. */
    enum PageTrick {
        /** The XML ends in the middle, with a {@code Content-Length} to match. */
        MALFORMED_XML,
        /** Says that there is more, and gives no token. */
        NO_TOKEN,
        /** Gives the token that leads to this very page. */
        REPEATED_TOKEN,
        /** Leaves out the second half of what is left and says that this was all: nobody can tell. */
        ENDS_EARLY,
        /** The first and the last key have changed places. */
        OUT_OF_ORDER,
        /** The first key comes twice. */
        DUPLICATE_KEY,
        /** No key at all, and a token that leads on; allowed, and some servers do it. */
        EMPTY_BUT_MORE,
        /** Keys of another prefix than the one asked for. */
        FOREIGN_KEY
    }

    /** 503, the way S3 throttles. */
    static Fault slowDown() {
        return new Status(503, "SlowDown", "Please reduce your request rate.");
    }

    /** 500. */
    static Fault internalError() {
        return new Status(500, "InternalError", "We encountered an internal error. Please try again.");
    }

    /** 403. */
    static Fault accessDenied() {
        return new Status(403, "AccessDenied", "Access Denied");
    }

    /** 400, as after the end of temporary credentials. */
    static Fault expiredToken() {
        return new Status(400, "ExpiredToken", "The provided token has expired.");
    }

    /** 404, as for an object that vanished since it was listed. */
    static Fault noSuchKey() {
        return new Status(404, "NoSuchKey", "The specified key does not exist.");
    }

    /** 412, as for an object that changed since it was listed. */
    static Fault preconditionFailed() {
        return new Status(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
    }

    /** See {@link ResetFirst}. */
    static Fault reset() {
        return new ResetFirst();
    }

    /** See {@link BodyTrick#RESET}. */
    static Fault resetAt(double share) {
        return new Body(BodyTrick.RESET, share);
    }

    /** See {@link BodyTrick#CUT}. */
    static Fault cutAt(double share) {
        return new Body(BodyTrick.CUT, share);
    }

    /** See {@link BodyTrick#STALL}. */
    static Fault stallAt(double share) {
        return new Body(BodyTrick.STALL, share);
    }

    /** See {@link BodyTrick#OPEN_END}. */
    static Fault openEnd() {
        return new Body(BodyTrick.OPEN_END, 1);
    }

    /** See {@link BodyTrick#CORRUPT}. */
    static Fault corruptAt(double share) {
        return new Body(BodyTrick.CORRUPT, share);
    }

    /** See {@link Hang}. */
    static Fault hang() {
        return new Hang();
    }

    /** See {@link Hold}. */
    static Fault hold(HeldRequests held) {
        return new Hold(held);
    }

    /** See {@link Late}. */
    static Fault late(Duration delay) {
        return new Late(delay);
    }

    /** See {@link ResetWhileSent}. */
    static Fault resetWhileSent(double share) {
        return new ResetWhileSent(share);
    }

    /** See {@link ErrorIn200}. */
    static Fault errorIn200() {
        return new ErrorIn200("InternalError", "We encountered an internal error. Please try again.");
    }

    /** See {@link PageTrick}. */
    static Fault page(PageTrick trick) {
        return new Page(trick);
    }
}
