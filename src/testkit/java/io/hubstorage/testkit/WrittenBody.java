package io.hubstorage.testkit;

import java.util.Map;

/**
 * The body of an object that a client has written.
 *
 * @param bytes all of them; none where the bucket keeps only their number
 * @param checksums the headers that tell them
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
public record WrittenBody(byte[] bytes, Map<String, String> checksums) {}
