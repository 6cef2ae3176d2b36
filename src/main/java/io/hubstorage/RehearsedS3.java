package io.hubstorage;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bucket on loopback that {@link Rehearsal} copies: many small objects and one that is fetched in ranges. No more of S3 than
 * that takes.
 */
final class RehearsedS3 implements AutoCloseable {
    static final String BUCKET = "rehearsal";

    private static final int PAGE = 1000;
    private static final int SMALL_OBJECTS = 3000;
    private static final int SMALL = 4 << 10;
    private static final int LARGE = 24 << 20;
    private static final String TIME = "Thu, 01 Jan 2026 00:00:00 GMT";

    private final HttpServer server;
    private final byte[] small;
    private final Buffer large = random(LARGE, 0);
    private final String largeEtag = md5(large);
    private final AtomicInteger edition = new AtomicInteger();

    private RehearsedS3(Vertx vertx) {
        this.small = random(SMALL, 1).getBytes();
        this.server = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(this::answer);
    }

    static RehearsedS3 start(Vertx vertx) {
        RehearsedS3 s3 = new RehearsedS3(vertx);
        s3.server.listen().await();
        return s3;
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    /** Every tenth object is another one from now on. */
    void change() {
        edition.incrementAndGet();
    }

    private void answer(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        String path = request.path();
        if (request.getParam("list-type") != null) {
            response.putHeader("Content-Type", "application/xml").end(listing(request));
        } else if (path.length() <= BUCKET.length() + 2) {
            response.setStatusCode(501).end();
        } else if (path.endsWith("/large")) {
            object(request, large, largeEtag);
        } else {
            Buffer body = body(Integer.parseInt(path.substring(path.lastIndexOf('/') + 1)));
            object(request, body, md5(body));
        }
    }

    private static void object(HttpServerRequest request, Buffer body, String etag) {
        HttpServerResponse response =
                request.response().putHeader("ETag", '"' + etag + '"').putHeader("Last-Modified", TIME);
        String range = request.getHeader("Range");
        Buffer part = body;
        if (range != null) {
            String[] ends = range.substring("bytes=".length()).split("-", 2);
            int from = Integer.parseInt(ends[0]);
            int to = ends[1].isEmpty() ? body.length() - 1 : Math.min(Integer.parseInt(ends[1]), body.length() - 1);
            part = body.slice(from, to + 1);
            response.setStatusCode(206).putHeader("Content-Range", "bytes %d-%d/%d".formatted(from, to, body.length()));
        }
        if (request.method().equals(HttpMethod.HEAD)) {
            response.putHeader("Content-Length", Integer.toString(part.length()))
                    .end();
        } else {
            response.end(part);
        }
    }

    private String listing(HttpServerRequest request) {
        String delimiter = request.getParam("delimiter");
        String token = request.getParam("continuation-token");
        int from = token == null ? 0 : Integer.parseInt(token);
        int to = Math.min(from + PAGE, SMALL_OBJECTS);
        boolean more = to < SMALL_OBJECTS;
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
                .append("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>")
                .append(BUCKET)
                .append("</Name><Prefix></Prefix><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType>");
        if (delimiter != null) {
            return xml.append("<IsTruncated>false</IsTruncated></ListBucketResult>")
                    .toString();
        }
        xml.append("<IsTruncated>").append(more).append("</IsTruncated>");
        if (more) {
            xml.append("<NextContinuationToken>").append(to).append("</NextContinuationToken>");
        }
        for (int number = from; number < to; number++) {
            entry(xml, "folder/%06d".formatted(number), md5(body(number)), SMALL);
        }
        if (!more) {
            entry(xml, "large", largeEtag, LARGE);
        }
        return xml.append("</ListBucketResult>").toString();
    }

    private static void entry(StringBuilder xml, String key, String etag, int size) {
        xml.append("<Contents><Key>")
                .append(key)
                .append("</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;")
                .append(etag)
                .append("&quot;</ETag><Size>")
                .append(size)
                .append("</Size><StorageClass>STANDARD</StorageClass></Contents>");
    }

    private Buffer body(int number) {
        byte[] body = small.clone();
        body[0] = (byte) number;
        body[1] = (byte) (number >> 8);
        body[2] = (byte) (number % 10 == 0 ? edition.get() : 0);
        return Buffer.buffer(body);
    }

    private static Buffer random(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return Buffer.buffer(bytes);
    }

    private static String md5(Buffer body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(body.getBytes()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.close().await();
    }
}
