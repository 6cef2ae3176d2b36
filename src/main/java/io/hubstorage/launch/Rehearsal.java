package io.hubstorage.launch;

import io.hubstorage.Main;
import io.hubstorage.cli.HubCommand;
import io.hubstorage.logs.Logging;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SelfSignedCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an AOT cache is trained on: backups of a bucket that this process serves to itself, by HTTP and by
 * TLS, what {@code verify} says of them, and the service with its pages. All of it is the program as it is; only the S3 server is not S3. Reads no
 * settings of anybody's, and writes to one folder.
 */
public final class Rehearsal extends Main {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    private static final int OBJECTS = 2_000;
    /** Of the service, so that nobody else on this machine looks into it. */
    private static final String PASSWORD = UUID.randomUUID().toString();

    private static final int SMALL = 4 << 10;
    /** Fetched in ranges. */
    private static final int LARGE = 12 << 20;

    private static final List<String> PAGES = List.of("", "api/status", "health/ready", "metrics");
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");
    private static final Pattern KEY = Pattern.compile(".*/(\\d{5})");

    private final Path home;
    private final Map<String, String> environment = new HashMap<>();
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    /** How often objects have changed. */
    private final AtomicInteger round = new AtomicInteger();

    private Rehearsal(Path home) throws IOException {
        this.home = home;
        Files.createDirectories(home);
        environment.putAll(Map.of(
                "HUBSTORAGE_ENV_FILE",
                Files.createFile(home.resolve(".env")).toString(),
                "HUBSTORAGE_CONFIG_PATH",
                Files.writeString(home.resolve("config.json"), """
                    {"s3_buckets": ["photos"], "automation": {"enabled": false, "max_retries": 0}}
                    """).toString(),
                "HUBSTORAGE_DATA_PATH",
                home.resolve("data").toString(),
                "HUBSTORAGE_LOG_PATH",
                home.resolve("logs").toString(),
                "HUBSTORAGE_WEB_PORT",
                "0",
                "HUBSTORAGE_WEB_PASSWORD",
                PASSWORD,
                "DOCKER_MODE",
                "false",
                "AWS_ACCESS_KEY_ID",
                "rehearsal",
                "AWS_SECRET_ACCESS_KEY",
                "rehearsal",
                "AWS_DEFAULT_REGION",
                "us-east-1"));
    }

    /** Takes the folder. Ends the process, with 1 if anything did not work. */
    public static void main(String[] args) {
        Logging.early(Logging.Console.STDERR);
        int code = 1;
        try {
            new Rehearsal(Path.of(args[0])).play();
            code = 0;
        } catch (Throwable e) {
            LOG.error("The rehearsal has failed", e);
        } finally {
            System.exit(code);
        }
    }

    private void play() throws IOException {
        Vertx vertx = Vertx.vertx();
        HttpServerOptions options = new HttpServerOptions().setHost("localhost").setPort(0);
        environment.put("AWS_ENDPOINT_URL", "http://localhost:" + serve(vertx, options));
        run("backup");
        run("backup");
        SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
        options.setSsl(true).setKeyCertOptions(certificate.keyCertOptions());
        environment.put("AWS_CA_BUNDLE", certificate.certificatePath());
        environment.put("AWS_ENDPOINT_URL", "https://localhost:" + serve(vertx, options));
        run("backup");
        run("verify");
        run("serve");
        // As somebody's first start, which makes its own configuration.
        Path first = Files.createDirectories(home.resolve("first/data"));
        environment.put(
                "HUBSTORAGE_CONFIG_PATH", first.resolveSibling("config.json").toString());
        environment.put("HUBSTORAGE_DATA_PATH", first.toString());
        run("serve");
        certificate.delete();
    }

    private void run(String command) {
        PrintWriter out = writer(System.out);
        int code = HubCommand.execute(this, out, out, command);
        if (code != 0) {
            throw new IllegalStateException(command + " ended with " + code);
        }
        round.incrementAndGet();
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }

    /** Of a signal too, whose handlers are part of every start. */
    @Override
    public synchronized CompletableFuture<Void> stopRequest() {
        return CompletableFuture.anyOf(super.stopRequest(), stop).thenRun(() -> {});
    }

    /** A service is looked at, and is to stop then. */
    @Override
    public Running start(Launch launch) {
        Running running = super.start(launch);
        if (launch.mode() == Launch.Mode.SERVICE) {
            String address = "http://localhost:%d/".formatted(running.port().orElseThrow());
            PAGES.forEach(page -> read(URI.create(address + page)));
            stop.complete(null);
        }
        return running;
    }

    private static void read(URI page) {
        try {
            URLConnection connection = page.toURL().openConnection();
            byte[] login = ("x:" + PASSWORD).getBytes(StandardCharsets.US_ASCII);
            connection.setRequestProperty(
                    "Authorization", "Basic " + Base64.getEncoder().encodeToString(login));
            try (InputStream in = connection.getInputStream()) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int serve(Vertx vertx, HttpServerOptions options) {
        return vertx.createHttpServer(options)
                .requestHandler(this::answer)
                .listen()
                .await()
                .actualPort();
    }

    private void answer(HttpServerRequest request) {
        Matcher key = KEY.matcher(request.path());
        if (key.matches()) {
            object(request, body(Integer.parseInt(key.group(1))));
        } else if (request.getParam("list-type") != null) {
            request.response().putHeader("Content-Type", "application/xml").end(listing(request));
        } else {
            request.response().setStatusCode(404).end();
        }
    }

    private static void object(HttpServerRequest request, byte[] body) {
        request.response().putHeader("ETag", etag(body)).putHeader("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
        Matcher range = RANGE.matcher(request.getHeader("Range") == null ? "" : request.getHeader("Range"));
        if (request.method().equals(HttpMethod.HEAD)) {
            request.response()
                    .putHeader("Content-Length", Integer.toString(body.length))
                    .end();
        } else if (range.matches()) {
            int from = Integer.parseInt(range.group(1));
            int through = Math.min(Integer.parseInt(range.group(2)), body.length - 1);
            request.response()
                    .setStatusCode(206)
                    .putHeader("Content-Range", "bytes %d-%d/%d".formatted(from, through, body.length))
                    .end(Buffer.buffer(Arrays.copyOfRange(body, from, through + 1)));
        } else {
            request.response().end(Buffer.buffer(body));
        }
    }

    private String listing(HttpServerRequest request) {
        String after = request.getParam("continuation-token", request.getParam("start-after", "-1"));
        int first = Integer.parseInt(after) + 1;
        int next = Math.min(first + Integer.parseInt(request.getParam("max-keys", "1000")), OBJECTS);
        StringBuilder xml = new StringBuilder("""
            <?xml version="1.0" encoding="UTF-8"?>
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>photos</Name>\
            <EncodingType>url</EncodingType><IsTruncated>%s</IsTruncated>\
            <NextContinuationToken>%d</NextContinuationToken>\
            """.formatted(next < OBJECTS, next - 1));
        for (int key = first; key < next; key++) {
            byte[] body = body(key);
            xml.append(
                    "<Contents><Key>%05d</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>%s</ETag><Size>%d</Size><StorageClass>STANDARD</StorageClass></Contents>"
                            .formatted(key, etag(body), body.length));
        }
        return xml.append("</ListBucketResult>").toString();
    }

    /** Different for each object, and for a tenth of them in each round. */
    private byte[] body(int key) {
        byte[] body = new byte[key == 0 ? LARGE : key % 50 == 0 ? 64 * SMALL : SMALL];
        int seed = key % 10 == 0 ? key + round.get() * OBJECTS : key;
        for (int i = 0; i < Integer.BYTES; i++) {
            body[i] = (byte) (seed >> (Byte.SIZE * i));
        }
        return body;
    }

    private static String etag(byte[] body) {
        try {
            byte[] md5 = MessageDigest.getInstance("MD5").digest(body);
            return '"' + HexFormat.of().formatHex(md5) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
