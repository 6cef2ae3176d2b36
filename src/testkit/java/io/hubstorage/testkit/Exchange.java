package io.hubstorage.testkit;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request, its fault, and the answer to it. On one event loop. */
final class Exchange {
    private final Vertx vertx;
    private final HttpServerRequest http;
    private final S3Request request;
    private final @Nullable Fault fault;
    private final Map<String, SyntheticBucket> buckets;
    private final List<Pace> paces;
    private final RequestLog log;

    Exchange(
            Vertx vertx,
            HttpServerRequest http,
            S3Request request,
            @Nullable Fault fault,
            Map<String, SyntheticBucket> buckets,
            List<Pace> paces,
            RequestLog log) {
        this.vertx = vertx;
        this.http = http;
        this.request = request;
        this.fault = fault;
        this.buckets = buckets;
        this.paces = paces;
        this.log = log;
    }

    /** Answers, unless the fault says otherwise. */
    void answer() {
        switch (fault) {
            case Fault.Status status -> error(status.status(), status.code(), status.message());
            case Fault.ResetFirst ignored -> PayloadSender.reset(http);
            case Fault.Hang ignored -> {}
            case Fault.Hold hold -> {
                Context here = vertx.getOrCreateContext();
                hold.held().arrive().onComplete(opened -> here.runOnContext(ignored -> rightly()));
            }
            case Fault.Late late -> vertx.setTimer(Math.max(1, late.delay().toMillis()), ignored -> rightly());
            case Fault.Body ignored -> rightly();
            case Fault.Page ignored -> rightly();
            case Fault.ResetWhileSent ignored -> PayloadSender.reset(http);
            case Fault.ErrorIn200 error -> xml(200, S3Xml.error(error.code(), error.message(), request.key()));
            case null -> rightly();
        }
    }

    private void rightly() {
        if (request.kind() == RequestKind.LIST_BUCKETS) {
            xml(200, S3Xml.buckets(buckets.keySet()));
            return;
        }
        SyntheticBucket bucket = buckets.get(request.bucket());
        if (bucket == null) {
            error(404, "NoSuchBucket", "The specified bucket does not exist");
            return;
        }
        if (bucket.traits().demandsPayer()
                && !"requester".equals(request.headers().get("x-amz-request-payer"))) {
            error(403, "AccessDenied", "Access Denied");
            return;
        }
        switch (request.kind()) {
            case HEAD_BUCKET -> {
                http.response().putHeader("x-amz-bucket-region", "us-east-1");
                http.response().end();
            }
            case LOCATION -> xml(200, S3Xml.location());
            case LIST, FOLDERS -> list(bucket);
            case GET, HEAD -> object(bucket);
            case TAGGING -> tagging(bucket);
            case LIST_UPLOADS, LIST_PARTS -> {
                WriteSide writes = bucket.writes();
                if (writes == null) {
                    notImplemented();
                } else {
                    xml(
                            200,
                            request.kind() == RequestKind.LIST_PARTS ? writes.parts(request) : writes.uploads(request));
                }
            }
            default -> notImplemented();
        }
    }

    private void notImplemented() {
        error(501, "NotImplemented", "A header you provided implies functionality that is not implemented");
    }

    private void list(SyntheticBucket bucket) {
        ListQuery query;
        try {
            query = ListQuery.parse(request, bucket.traits());
        } catch (IllegalArgumentException wrong) {
            error(400, "InvalidArgument", "Not a valid value: " + wrong.getMessage());
            return;
        }
        ListPage page = ListPage.of(bucket, query);
        Fault.PageTrick trick = fault instanceof Fault.Page wrong ? wrong.trick() : null;
        if (trick != null) {
            page = page.tricked(trick, query);
        }
        String xml = S3Xml.page(request.bucket(), query, page, bucket.traits());
        xml(200, trick == Fault.PageTrick.MALFORMED_XML ? xml.substring(0, xml.length() * 2 / 3) : xml);
    }

    private void tagging(SyntheticBucket bucket) {
        WriteSide writes = bucket.writes();
        if (writes != null && !writes.takesTags()) {
            notImplemented();
        } else if (bucket.find(request.key()) == null) {
            error(404, "NoSuchKey", "The specified key does not exist.");
        } else {
            xml(200, S3Xml.tags(bucket.tags(request.key())));
        }
    }

    private void object(SyntheticBucket bucket) {
        String version = request.query().get("versionId");
        SyntheticObject object = version == null ? bucket.find(request.key()) : bucket.version(request.key(), version);
        if (object == null) {
            error(404, version == null ? "NoSuchKey" : "NoSuchVersion", "The specified key does not exist.");
            return;
        }
        String ifMatch = request.headers().get("if-match");
        if (ifMatch != null && !bucket.traits().ignoresIfMatch() && !matches(ifMatch, object)) {
            error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
            return;
        }
        boolean get = request.kind() == RequestKind.GET;
        String ifNoneMatch = request.headers().get("if-none-match");
        if (ifNoneMatch != null && matches(ifNoneMatch, object)) {
            http.response().setStatusCode(304).putHeader("ETag", quoted(object)).end();
            return;
        }
        if (get && object.archived()) {
            error(403, "InvalidObjectState", "The operation is not valid for the object's storage class");
            return;
        }
        if (!mayDecrypt(object)) {
            return;
        }
        if (request.query().containsKey("partNumber")) {
            part(object, bucket.traits());
            return;
        }
        ByteRange range = ByteRange.parse(request.range(), object.size());
        if (range.unsatisfiable()) {
            http.response().putHeader("Content-Range", "bytes */" + object.size());
            error(416, "InvalidRange", "The requested range is not satisfiable");
            return;
        }
        describe(object, range, bucket.traits());
        int tags = bucket.tags(object.key()).size();
        if (tags > 0) {
            http.response().putHeader("x-amz-tagging-count", Integer.toString(tags));
        }
        if (get) {
            send(Payload.of(object, range.from(), range.length()));
        } else {
            http.response()
                    .putHeader("Content-Length", Long.toString(range.length()))
                    .end();
        }
    }

    /** Answers itself where the key is missing, wrong or not wanted, in S3's words. */
    private boolean mayDecrypt(SyntheticObject object) {
        String given = request.headers().get("x-amz-server-side-encryption-customer-key");
        String needed = object.customerKey();
        if (needed == null && given != null) {
            error(400, "InvalidRequest", "The encryption parameters are not applicable to this object.");
            return false;
        }
        if (needed != null && given == null) {
            error(
                    400,
                    "InvalidRequest",
                    "The object was stored using a form of Server Side Encryption."
                            + " The correct parameters must be provided to retrieve the object.");
            return false;
        }
        if (needed != null && !needed.equals(given)) {
            error(403, "AccessDenied", "Access Denied");
            return false;
        }
        return true;
    }

    /** The head of one part. */
    private void part(SyntheticObject object, SyntheticBucket.Traits traits) {
        List<Long> parts = object.parts().isEmpty() ? List.of(object.size()) : object.parts();
        int number = Integer.parseInt(request.query().getOrDefault("partNumber", "0"));
        if (!traits.tellsParts() || number < 1 || number > parts.size()) {
            error(traits.tellsParts() ? 416 : 501, "InvalidPartNumber", "The requested partnumber is not satisfiable");
            return;
        }
        http.response()
                .setStatusCode(206)
                .putHeader("ETag", quoted(object))
                .putHeader("Content-Length", Long.toString(parts.get(number - 1)));
        if (!object.parts().isEmpty()) {
            http.response().putHeader("x-amz-mp-parts-count", Integer.toString(parts.size()));
        }
        http.response().end();
    }

    private void describe(SyntheticObject object, ByteRange range, SyntheticBucket.Traits traits) {
        var response = http.response();
        response.putHeader("Accept-Ranges", "bytes");
        if (!object.etag().isEmpty()) {
            response.putHeader("ETag", quoted(object));
        }
        response.putHeader(
                "Last-Modified",
                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        object.lastModified().atOffset(ZoneOffset.UTC)));
        if (!object.headers().containsKey("Content-Type")) {
            response.putHeader("Content-Type", "application/octet-stream");
        }
        object.headers().forEach(response::putHeader);
        object.metadata().forEach((name, value) -> response.putHeader("x-amz-meta-" + name, value));
        if (!object.storageClass().equals("STANDARD")) {
            response.putHeader("x-amz-storage-class", object.storageClass());
        }
        if (object.restored()) {
            response.putHeader(
                    "x-amz-restore", "ongoing-request=\"false\", expiry-date=\"Thu, 01 Jan 2099 00:00:00 GMT\"");
        }
        if (range.partial()) {
            response.setStatusCode(206);
            response.putHeader("Content-Range", range.contentRange(object.size()));
        }
        WrittenBody written = object.written();
        if (written != null) {
            if (!range.partial() && "enabled".equalsIgnoreCase(request.headers().get("x-amz-checksum-mode"))) {
                written.checksums().forEach(response::putHeader);
            }
            return;
        }
        ChecksumKind checksum = traits.checksum();
        if (checksum != null && "enabled".equalsIgnoreCase(request.headers().get("x-amz-checksum-mode"))) {
            checksum(
                    object,
                    range,
                    checksum,
                    traits.composite() && !object.parts().isEmpty());
        }
    }

    /** As on AWS: of a range only where it is a part, and then it is the part's. */
    private void checksum(SyntheticObject object, ByteRange range, ChecksumKind checksum, boolean composite) {
        if (!range.partial()) {
            http.response()
                    .putHeader(
                            checksum.header(),
                            composite
                                    ? checksum.composite(object.seed(), object.parts())
                                    : checksum.of(object.seed(), 0, object.size()))
                    .putHeader("x-amz-checksum-type", composite ? "COMPOSITE" : "FULL_OBJECT");
        } else if (isPart(object, range)) {
            http.response()
                    .putHeader(checksum.header(), checksum.of(object.seed(), range.from(), range.length()))
                    .putHeader("x-amz-checksum-type", composite ? "COMPOSITE" : "FULL_OBJECT");
        }
    }

    private static boolean isPart(SyntheticObject object, ByteRange range) {
        long from = 0;
        for (long part : object.parts()) {
            if (from == range.from() && part == range.length()) {
                return true;
            }
            from += part;
        }
        return false;
    }

    private static boolean matches(String condition, SyntheticObject object) {
        for (String etag : condition.split(",", -1)) {
            String bare = etag.strip().replace("\"", "");
            if (bare.equals("*") || bare.equals(object.etag())) {
                return true;
            }
        }
        return false;
    }

    private static String quoted(SyntheticObject object) {
        return '"' + object.etag() + '"';
    }

    private void error(int status, String code, String message) {
        if (request.kind() == RequestKind.HEAD || request.kind() == RequestKind.HEAD_BUCKET) {
            http.response().setStatusCode(status).end();
        } else {
            xml(status, S3Xml.error(code, message, "/" + request.bucket() + "/" + request.key()));
        }
    }

    private void xml(int status, String xml) {
        http.response().setStatusCode(status).putHeader("Content-Type", "application/xml");
        send(Payload.of(xml));
    }

    private void send(Payload payload) {
        new PayloadSender(vertx, http, payload, fault instanceof Fault.Body body ? body : null, paces, log).send();
    }
}
