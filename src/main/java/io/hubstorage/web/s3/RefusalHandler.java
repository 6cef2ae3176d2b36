package io.hubstorage.web.s3;

import io.hubstorage.manifest.CorruptManifestException;
import io.hubstorage.web.http.HttpProblem;
import io.netty.handler.codec.DateFormatter;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.Date;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every failure, expected or not, as S3 tells of errors; never with a stack trace. */
record RefusalHandler(InstantSource clock) implements Handler<RoutingContext> {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalHandler.class);
    private static final String RETRY_SECONDS = "5";
    private static final String SANDBOX = "default-src 'none'; sandbox";

    /** Gives an answer, a refused one too, the headers that each of them has. */
    void usual(HttpServerResponse response) {
        response.putHeader(HttpHeaders.DATE, DateFormatter.format(Date.from(clock.instant())))
                .putHeader(
                        "x-amz-request-id",
                        "%016X".formatted(ThreadLocalRandom.current().nextLong()))
                // An object may be a page, and this host has another one, with a login.
                .putHeader("Content-Security-Policy", SANDBOX)
                .putHeader("X-Content-Type-Options", "nosniff");
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (response.headWritten()) {
            context.request().connection().close();
            return;
        }
        S3Refusal refusal = refusal(context);
        String range = refusal.status() == 416 ? response.headers().get(HttpHeaders.CONTENT_RANGE) : null;
        String allowed = response.headers().get(HttpHeaders.ALLOW);
        String close = response.headers().get(HttpHeaders.CONNECTION);
        // Those of an object that could not be sent after all.
        response.headers().clear();
        usual(response);
        keep(response, HttpHeaders.CONTENT_RANGE, range);
        keep(response, HttpHeaders.ALLOW, allowed);
        keep(response, HttpHeaders.CONNECTION, close);
        if (refusal.status() == 503) {
            response.putHeader("Retry-After", RETRY_SECONDS);
        }
        response.setStatusCode(refusal.status()).putHeader(HttpHeaders.CONTENT_TYPE, "application/xml");
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.end();
            return;
        }
        response.end(XmlText.error()
                .element("Code", refusal.code())
                .element("Message", refusal.sentence())
                .element("Resource", String.valueOf(context.request().path()))
                .element("RequestId", String.valueOf(response.headers().get("x-amz-request-id")))
                .close("Error")
                .toString());
    }

    private static void keep(HttpServerResponse response, CharSequence name, @Nullable String value) {
        if (value != null) {
            response.putHeader(name, value);
        }
    }

    private static S3Refusal refusal(RoutingContext context) {
        Throwable failure = context.failure();
        return switch (failure) {
            case S3Refusal refusal -> refusal;
            case HttpProblem busy when busy.status() == 503 -> S3Refusal.slowDown(String.valueOf(busy.getMessage()));
            case CorruptManifestException damaged -> {
                LOG.error("{}", damaged.getMessage());
                yield S3Refusal.internal(
                        "The snapshot's list of this bucket's files is damaged; the files are on the disk all the"
                                + " same. Run 'hubstorage verify', and look in another snapshot.");
            }
            case null -> new S3Refusal(400, "InvalidRequest", "The request could not be read.");
            default -> {
                LOG.error(
                        "{} {} failed",
                        context.request().method(),
                        context.request().path(),
                        failure);
                yield S3Refusal.internal("Something unexpected happened; the log of HubStorage has more.");
            }
        };
    }
}
