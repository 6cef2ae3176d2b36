package io.hubstorage.image;

import io.hubstorage.s3.NettyTransport;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.sts.StsAsyncClient;

/** A server that answers as S3 and STS do, and the SDK's clients that ask it, set up as ours are. */
final class RehearsedS3 implements AutoCloseable {
    private static final String LISTING = """
        <?xml version="1.0" encoding="UTF-8"?>
        <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>photos</Name><Prefix></Prefix>\
        <KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>\
        <Contents><Key>a%20b</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>\
        <ETag>"0cc175b9c0f1b6a831c399e269772661"</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>\
        <CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes></ListBucketResult>\
        """;
    private static final String BUCKETS = """
        <?xml version="1.0" encoding="UTF-8"?>
        <ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets><Bucket><Name>photos</Name>\
        <CreationDate>2026-01-01T00:00:00.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>\
        """;
    private static final String IDENTITY = """
        <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>\
        <Arn>arn:aws:iam::1:user/a</Arn><UserId>a</UserId><Account>1</Account></GetCallerIdentityResult>\
        <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>\
        """;
    private static final String DENIED = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";

    private final HttpServer server;
    private final NettyTransport http = new NettyTransport(
            "http",
            new NettyTransport.Limits(16, Duration.ofSeconds(10), Duration.ofSeconds(15), Duration.ofSeconds(30)),
            null);
    private final S3AsyncClient s3;
    private final StsAsyncClient sts;

    private RehearsedS3(HttpServer server) {
        this.server = server;
        URI endpoint = URI.create("http://127.0.0.1:" + server.actualPort());
        StaticCredentialsProvider keys =
                StaticCredentialsProvider.create(AwsBasicCredentials.create("rehearsal", "rehearsal"));
        // Both are asked for where no keys are set; what they find does not matter here.
        Rehearsal.expect(ProfileFile.defaultProfileFile() != null, "the profile file");
        DefaultCredentialsProvider.builder().build().close();
        this.s3 = S3AsyncClient.builder()
                .region(Region.US_EAST_1)
                .credentialsProvider(keys)
                .forcePathStyle(true)
                .endpointOverride(endpoint)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .httpClient(http)
                .overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.standardRetryStrategy()))
                .build();
        this.sts = StsAsyncClient.builder()
                .region(Region.US_EAST_1)
                .credentialsProvider(keys)
                .endpointOverride(endpoint)
                .httpClient(http)
                .build();
    }

    static RehearsedS3 start(Vertx vertx) throws Exception {
        HttpServer server = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(RehearsedS3::answer)
                .listen()
                .await(1, TimeUnit.MINUTES);
        return new RehearsedS3(server);
    }

    private static void answer(HttpServerRequest request) {
        String uri = request.uri();
        if (uri.startsWith("/secret")) {
            request.response().setStatusCode(403).end(DENIED);
        } else if (uri.startsWith("/photos/")) {
            request.response()
                    .putHeader("ETag", "\"0cc175b9c0f1b6a831c399e269772661\"")
                    .putHeader("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
                    .end(Buffer.buffer("a"));
        } else {
            String body = uri.contains("list-type")
                    ? LISTING
                    : request.method().name().equals("POST") ? IDENTITY : BUCKETS;
            request.response().putHeader("Content-Type", "text/xml").end(body);
        }
    }

    /** Asks who we are, lists, and reads what was listed; and is refused once. */
    void copy(Path target) throws Exception {
        Rehearsal.together(4, () -> {
            Rehearsal.expect(sts.getCallerIdentity().join().account().equals("1"), "STS");
            Rehearsal.expect(s3.listBuckets().join().hasBuckets(), "ListBuckets");
            ListObjectsV2Response page = s3.listObjectsV2(list ->
                            list.bucket("photos").encodingType(EncodingType.URL).maxKeys(1000))
                    .join();
            String key = page.contents().getFirst().key();
            Rehearsal.expect(
                    s3.getObject(
                                    get -> get.bucket("photos").key(key).ifMatch("0cc175b9c0f1b6a831c399e269772661"),
                                    AsyncResponseTransformer.toBytes())
                            .join()
                            .asUtf8String()
                            .equals("a"),
                    "GetObject");
            refused();
            return target;
        });
    }

    private void refused() {
        try {
            s3.listObjectsV2(list -> list.bucket("secret")).join();
            throw new IllegalStateException("a refusal did not arrive");
        } catch (java.util.concurrent.CompletionException failure) {
            Rehearsal.expect(failure.getCause() instanceof SdkException, "a refusal");
        }
    }

    @Override
    public void close() throws TimeoutException {
        s3.close();
        sts.close();
        http.close();
        server.close().await(1, TimeUnit.MINUTES);
    }
}
