package io.hubstorage.web.s3;

import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.web.http.Background;
import io.hubstorage.web.http.ClientInfo;
import io.hubstorage.web.http.ProblemHandler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the endpoint answers: the reading operations of S3, each to whoever signed for it; for all else an error in S3's words.
 * The signature is looked at on the event loop, before anything else is; what reads the disk runs elsewhere. One context.
 */
final class S3Routes {
    private static final int MOST_BUCKETS = 10_000;

    /** Parts of a bucket or an object that S3 has and a snapshot has not. */
    private static final List<String> ELSEWHERE = List.of(
            "accelerate",
            "acl",
            "analytics",
            "attributes",
            "cors",
            "encryption",
            "intelligent-tiering",
            "inventory",
            "legal-hold",
            "lifecycle",
            "logging",
            "metadataConfiguration",
            "metadataTable",
            "metrics",
            "notification",
            "object-lock",
            "ownershipControls",
            "policy",
            "policyStatus",
            "publicAccessBlock",
            "replication",
            "requestPayment",
            "restore",
            "retention",
            "select",
            "session",
            "torrent",
            "uploadId",
            "uploads",
            "versions",
            "website");

    private final Background background;
    private final SignatureV4 signature;
    private final S3Buckets buckets;
    private final OpenManifests manifests;
    private final FileProof proof = new FileProof();
    private final RefusalHandler refusals;

    S3Routes(
            Background background,
            SignatureV4 signature,
            S3Buckets buckets,
            OpenManifests manifests,
            InstantSource clock) {
        this.background = background;
        this.signature = signature;
        this.buckets = buckets;
        this.manifests = manifests;
        refusals = new RefusalHandler(clock);
    }

    /** Without paths: a router would take dots and double slashes out of keys. */
    Router router(Vertx vertx, List<String> trustedProxies) {
        Router router = Router.router(vertx);
        router.route().failureHandler(refusals);
        for (int status : new int[] {400, 404, 405, 500}) {
            router.errorHandler(status, refusals);
        }
        router.route().handler(ClientInfo.handler(trustedProxies));
        router.route().handler(this::handle);
        return router;
    }

    private void handle(RoutingContext context) {
        refusals.usual(context.response());
        HttpServerRequest http = context.request();
        boolean withBody = hasBody(http);
        if (withBody) {
            ProblemHandler.cutOff(context);
        }
        S3Request request = S3Request.of(http);
        signature.verify(request);
        if (!http.method().equals(HttpMethod.GET) && !http.method().equals(HttpMethod.HEAD)) {
            context.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
            throw new S3Refusal(
                    405,
                    "MethodNotAllowed",
                    "Snapshots are never changed: this endpoint only reads. HubStorage's restore writes to S3.");
        }
        if (withBody || signsBody(request)) {
            throw new S3Refusal(400, "InvalidRequest", "A request that reads has no body.");
        }
        for (String part : ELSEWHERE) {
            if (request.has(part)) {
                throw new S3Refusal(
                        501, "NotImplemented", "A snapshot has nothing of the kind that ?%s asks for.".formatted(part));
            }
        }
        if (request.path().equals("/")) {
            listBuckets(context, request);
        } else if (request.key().isEmpty()) {
            bucket(context, request);
        } else {
            object(context, request);
        }
    }

    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) || (length != null && !length.equals("0"));
    }

    /** Whether it was signed for a body, which would have to be read and hashed to be sure. */
    private static boolean signsBody(S3Request request) {
        String hash = request.header("x-amz-content-sha256");
        return hash != null
                && hash.length() == SignatureClaim.EMPTY_BODY.length()
                && !hash.equals(SignatureClaim.EMPTY_BODY);
    }

    private void listBuckets(RoutingContext context, S3Request request) {
        String prefix = Objects.requireNonNullElse(request.parameter("prefix"), "");
        String after = request.parameter("continuation-token");
        int most = most(request.parameter("max-buckets"));
        answer(context, () -> {
            S3Buckets.Page page = buckets.list(prefix, after, most);
            XmlText xml = XmlText.of("ListAllMyBucketsResult");
            Listing.owner(xml);
            xml.open("Buckets");
            for (S3Buckets.Listed bucket : page.buckets()) {
                xml.open("Bucket")
                        .element("Name", bucket.name())
                        .element("CreationDate", Listing.time(bucket.created()))
                        .close("Bucket");
            }
            xml.close("Buckets");
            if (page.next() != null) {
                xml.element("ContinuationToken", page.next());
            }
            if (!prefix.isEmpty()) {
                xml.element("Prefix", prefix);
            }
            return xml.close("ListAllMyBucketsResult").toString();
        });
    }

    private static int most(@Nullable String text) {
        try {
            int most = text == null ? MOST_BUCKETS : Integer.parseInt(text);
            if (most >= 1 && most <= MOST_BUCKETS) {
                return most;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw S3Refusal.invalidArgument("max-buckets must be a whole number from 1 to %d.".formatted(MOST_BUCKETS));
    }

    private void bucket(RoutingContext context, S3Request request) {
        if (request.method().equals("HEAD")) {
            lookUp(
                    context,
                    () -> buckets.find(request.bucket()),
                    _ -> context.response()
                            .putHeader("x-amz-bucket-region", "us-east-1")
                            .end());
        } else if (request.has("location")) {
            // Where requests of any region are good, that is the one without a name.
            answer(context, () -> ofBucket(request, "LocationConstraint"));
        } else if (request.has("versioning")) {
            answer(context, () -> ofBucket(request, "VersioningConfiguration"));
        } else if (request.has("tagging")) {
            throw new S3Refusal(404, "NoSuchTagSet", "A snapshot does not keep the tags of buckets.");
        } else {
            Listing listing = new Listing(request);
            answer(context, () -> listing.answer(buckets, manifests));
        }
    }

    private String ofBucket(S3Request request, String emptyElement) throws IOException {
        buckets.find(request.bucket());
        return XmlText.of(emptyElement).close(emptyElement).toString();
    }

    private void object(RoutingContext context, S3Request request) {
        String version = request.parameter("versionId");
        if (version != null && !version.equals("null")) {
            throw new S3Refusal(
                    404,
                    "NoSuchVersion",
                    "A snapshot has one version of each object: another one is in another snapshot.");
        }
        if (request.has("tagging")) {
            answer(context, () -> tags(request));
            return;
        }
        lookUp(
                context,
                () -> {
                    S3Buckets.Place place = buckets.find(request.bucket());
                    ObjectAnswer found = ObjectAnswer.find(place, request.key(), manifests);
                    if (found == null) {
                        throw noSuchKey();
                    }
                    return found;
                },
                found -> found.send(context, request, background, proof));
    }

    private String tags(S3Request request) throws IOException {
        ManifestEntry entry = ObjectAnswer.entry(buckets.find(request.bucket()), request.key(), manifests);
        if (entry == null) {
            throw noSuchKey();
        }
        XmlText xml = XmlText.of("Tagging").open("TagSet");
        new TreeMap<>(entry.metadata().tags())
                .forEach((name, value) -> xml.open("Tag")
                        .element("Key", name)
                        .element("Value", value)
                        .close("Tag"));
        return xml.close("TagSet").close("Tagging").toString();
    }

    private static S3Refusal noSuchKey() {
        return new S3Refusal(404, "NoSuchKey", "This snapshot has no object under this key.");
    }

    private void answer(RoutingContext context, Callable<String> xml) {
        lookUp(
                context,
                xml,
                text -> context.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, "application/xml")
                        .end(text));
    }

    /** Looks something up elsewhere, and goes on with it here. */
    private <T> void lookUp(RoutingContext context, Callable<T> work, Consumer<T> then) {
        background
                .lookUp(context, work)
                .onSuccess(found -> {
                    try {
                        then.accept(found);
                    } catch (RuntimeException e) {
                        context.fail(e);
                    }
                })
                .onFailure(context::fail);
    }
}
