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
    /** Whatever this server does not do; answered 501. */
    OTHER
}
