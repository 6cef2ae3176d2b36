package io.hubstorage.testkit;

/** What a client asks a {@link SyntheticS3} for. */
public enum RequestKind {
    LIST_BUCKETS,
    HEAD_BUCKET,
    LOCATION,
    LIST,
    /** A listing that asks for what is right below a prefix. */
    FOLDERS,
    GET,
    HEAD,
    TAGGING,
    PUT,
    DELETE,
    PUT_TAGGING,
    CREATE_BUCKET,
    BEGIN_UPLOAD,
    PUT_PART,
    COMPLETE_UPLOAD,
    ABORT_UPLOAD,
    /** The unfinished uploads of a bucket. */
    LIST_UPLOADS,
    LIST_PARTS,
    /** Whatever this server does not do; answered 501. */
    OTHER;

    /** Whether it changes something. */
    public boolean writes() {
        return switch (this) {
            case PUT, DELETE, PUT_TAGGING, CREATE_BUCKET, BEGIN_UPLOAD, PUT_PART, COMPLETE_UPLOAD, ABORT_UPLOAD -> true;
            default -> false;
        };
    }
}
