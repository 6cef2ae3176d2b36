package io.hubstorage.web.s3;

/** What a request is refused with, as S3 does: a status, a code that programs know, and a sentence for people. */
final class S3Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    S3Refusal(int status, String code, String sentence) {
        // Without a stack trace: strangers can have one as often as they like.
        super(sentence, null, false, false);
        this.status = status;
        this.code = code;
    }

    static S3Refusal invalidArgument(String sentence) {
        return new S3Refusal(400, "InvalidArgument", sentence);
    }

    static S3Refusal noSuchBucket(String name) {
        return new S3Refusal(
                404,
                "NoSuchBucket",
                ("There is no bucket \"%s\" here: ListBuckets names those that there are. A bucket belongs into the"
                                + " path (path style), not into the host name.")
                        .formatted(name));
    }

    static S3Refusal internal(String sentence) {
        return new S3Refusal(500, "InternalError", sentence);
    }

    /** To be tried again soon; the client is told when. */
    static S3Refusal slowDown(String sentence) {
        return new S3Refusal(503, "SlowDown", sentence);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
