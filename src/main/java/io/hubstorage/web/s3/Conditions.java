package io.hubstorage.web.s3;

import java.time.Instant;
import java.util.stream.Stream;

/** What a request says of the object that it wants (RFC 9110, in the order in which S3 looks at it). Pure. */
final class Conditions {
    private Conditions() {}

    /**
     * Whether the client has it already, and wants it only if it has changed.
     *
     * @throws S3Refusal when the object is not the one that is asked for
     */
    static boolean isKnown(S3Request request, S3Object object) {
        String match = request.header("if-match");
        Instant unmodifiedSince = request.time("if-unmodified-since");
        boolean refused =
                match != null ? !names(match, object) : unmodifiedSince != null && isLater(object, unmodifiedSince);
        if (refused) {
            throw new S3Refusal(
                    412, "PreconditionFailed", "The object is not the one that the request's conditions name.");
        }
        String noneMatch = request.header("if-none-match");
        Instant modifiedSince = request.time("if-modified-since");
        return noneMatch != null ? names(noneMatch, object) : modifiedSince != null && !isLater(object, modifiedSince);
    }

    /** Whether a range may be sent, or the whole, since the client has a part of something else. */
    static boolean rangeStands(S3Request request, S3Object object) {
        String ifRange = request.header("if-range");
        return ifRange == null || object.hasEtag(ifRange);
    }

    private static boolean names(String etags, S3Object object) {
        return etags.strip().equals("*") || Stream.of(etags.split(",")).anyMatch(object::hasEtag);
    }

    private static boolean isLater(S3Object object, Instant than) {
        return object.lastModified().isAfter(than);
    }
}
