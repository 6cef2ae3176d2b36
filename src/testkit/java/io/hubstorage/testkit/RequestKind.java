package io.hubstorage.testkit;

/** What a client asks a {@link SyntheticS3} for. */
public enum RequestKind {
    LIST_BUCKETS,
    HEAD_BUCKET,
    LOCATION,
    LIST,
    GET,
    HEAD,
    TAGGING,
    /** Whatever this server does not do; answered 501. */
    OTHER
}
