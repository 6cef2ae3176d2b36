package io.hubstorage.verify;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * One thing in a snapshot that is not as its certificate or manifest says.
 *
 * @param bucket absent when the snapshot as a whole is concerned
 * @param key the object, where there is one
 * @param path relative to the bucket's folder (or to the snapshot's, without a bucket), as far as there is one
 * @param detail one sentence: what was found and what was expected
 */
public record Problem(
        Kind kind,
        @Nullable String bucket,
        @Nullable String key,
        @Nullable String path,
        String detail) {
    /** What kind of problem; in reports in lower case. */
    public enum Kind {
        /** {@code run.json} is missing, damaged, or says something else than the folder. */
        @JsonProperty("certificate")
        CERTIFICATE,
        /** One of the certificate's equations does not hold. */
        @JsonProperty("equation")
        EQUATION,
        /** A manifest is missing, damaged, or not the one that was certified. */
        @JsonProperty("manifest")
        MANIFEST,
        /** A manifest's index is missing, damaged, or does not agree with it. */
        @JsonProperty("index")
        INDEX,
        /** A manifest line's path does not lead back to its key, or out of the bucket's folder, or is taken twice. */
        @JsonProperty("path")
        PATH,
        /** A file or folder that should be there is not. */
        @JsonProperty("missing")
        MISSING,
        /** Something else is where a file or a folder should be; symbolic links always are something else. */
        @JsonProperty("type")
        TYPE,
        /** A file is shorter or longer than it was. */
        @JsonProperty("size")
        SIZE,
        /** A file has other content than it had. */
        @JsonProperty("hash")
        HASH,
        /** A file or folder that nothing names. */
        @JsonProperty("stray")
        STRAY,
        /** A file or folder could not be read. */
        @JsonProperty("unreadable")
        UNREADABLE
    }
}
