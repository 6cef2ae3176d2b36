package io.hubstorage.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** A bucket of a test server that is filled by a client: with text, which compresses well as logs do, and noise, which does not. */
public final class TextBucket implements AutoCloseable {
    private final String name;
    private final S3AsyncClient client;
    private final SyntheticBucket bucket;
    private final SortedMap<String, byte[]> content = new TreeMap<>();

    public TextBucket(SyntheticS3 s3, String name) {
        this.name = name;
        this.client = TestClients.s3(s3.settings());
        this.bucket = s3.bucket(name, SyntheticBucket.empty()).writable().bucket();
    }

    /** Lines that differ. */
    public static byte[] text(int size, long seed) {
        StringBuilder text = new StringBuilder(size + 64);
        Random random = new Random(seed);
        while (text.length() < size) {
            text.append("2026-11-27 INFO request ").append(random.nextInt()).append(" was answered in time\n");
        }
        return Arrays.copyOf(text.toString().getBytes(StandardCharsets.US_ASCII), size);
    }

    public static byte[] noise(int size, long seed) {
        byte[] noise = new byte[size];
        new Random(seed).nextBytes(noise);
        return noise;
    }

    /** Puts an object, or another in its place. */
    public TextBucket put(String key, byte[] bytes) {
        client.putObject(request -> request.bucket(name).key(key), AsyncRequestBody.fromBytes(bytes))
                .join();
        content.put(key, bytes);
        return this;
    }

    public TextBucket delete(String key) {
        bucket.delete(key);
        content.remove(key);
        return this;
    }

    /** What the server has. */
    public byte[] get(String key) {
        return client.getObject(
                        request -> request.bucket(name).key(key),
                        AsyncResponseTransformer.<software.amazon.awssdk.services.s3.model.GetObjectResponse>toBytes())
                .join()
                .asByteArray();
    }

    /** What was put, by key. */
    public SortedMap<String, byte[]> content() {
        return content;
    }

    /** As the server lists it. */
    public SyntheticBucket bucket() {
        return bucket;
    }

    @Override
    public void close() {
        client.close();
    }
}
