package io.hubstorage.s3;

/**
 * A whole object in memory.
 *
 * @param body the reader's to keep; not copied
 */
@SuppressWarnings(
        "ArrayRecordComponent") // A carrier, never compared: copying would double the memory of every download.
public record SmallObject(byte[] body, ObjectHead head) {}
