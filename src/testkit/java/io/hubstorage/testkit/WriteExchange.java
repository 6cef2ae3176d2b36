package io.hubstorage.testkit;

import io.hubstorage.testkit.Fault.BodyTrick;
import io.hubstorage.testkit.WriteSide.Refused;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request that writes, its fault, and the answer to it. On one event loop. */
final class WriteExchange {
    private final Vertx vertx;
    private final HttpServerRequest http;
    private final S3Request request;
    private final @Nullable Fault fault;
    private final Map<String, SyntheticBucket> buckets;
    private final RequestLog log;
    private final long length;
    private final Received body;
    private final boolean isChunked;
    private boolean over;

    /**
     * What is answered.
     *
     * @param etag null for none
     * @param xml null for no body
     */
    private record Answer(
            int status, @Nullable String etag, @Nullable String xml) {
        static final Answer DONE = new Answer(200, null, null);
    }

    WriteExchange(
            Vertx vertx,
            HttpServerRequest http,
            S3Request request,
            @Nullable Fault fault,
            Map<String, SyntheticBucket> buckets,
            RequestLog log) {
        this.vertx = vertx;
        this.http = http;
        this.request = request;
        this.fault = fault;
        this.buckets = buckets;
        this.log = log;
        SyntheticBucket bucket = buckets.get(request.bucket());
        WriteSide side = bucket == null ? null : bucket.writes();
        boolean carriesObject = request.kind() == RequestKind.PUT || request.kind() == RequestKind.PUT_PART;
        this.length = Long.parseLong(request.headers().getOrDefault("content-length", "0"));
        this.body = new Received(!carriesObject || side == null || side.keeps() || length <= WriteSide.SMALL);
        this.isChunked =
                request.headers().getOrDefault("x-amz-content-sha256", "").startsWith("STREAMING-");
    }

    /** Receives the body, and answers when all of it has come and so many milliseconds are over. */
    void begin(long latencyMillis) {
        if (fault instanceof Fault.ResetFirst) {
            over = true;
            PayloadSender.reset(http);
            return;
        }
        long breaks = fault instanceof Fault.ResetWhileSent cut ? (long) (cut.share() * length) : Long.MAX_VALUE;
        http.exceptionHandler(gone -> over = true);
        http.handler(arrived -> {
            body.add(arrived);
            if (!over && body.size() >= breaks) {
                over = true;
                PayloadSender.reset(http);
            }
        });
        http.endHandler(ended -> {
            if (over || fault instanceof Fault.Hang) {
                return;
            }
            if (breaks != Long.MAX_VALUE) {
                over = true;
                PayloadSender.reset(http);
                return;
            }
            body.end(isChunked);
            if (latencyMillis > 0) {
                vertx.setTimer(latencyMillis, ignored -> received());
            } else {
                received();
            }
        });
    }

    private void received() {
        switch (fault) {
            case Fault.Status status -> answer(error(status.status(), status.code(), status.message()));
            case Fault.ErrorIn200 error ->
                answer(new Answer(200, null, S3Xml.error(error.code(), error.message(), request.key())));
            case Fault.Hold hold -> {
                Context here = vertx.getOrCreateContext();
                hold.held().arrive().onComplete(opened -> here.runOnContext(ignored -> answer(act())));
            }
            case Fault.Late late -> {
                Answer acted = act();
                vertx.setTimer(Math.max(1, late.delay().toMillis()), ignored -> answer(acted));
            }
            case Fault.Body trick -> {
                if (trick.trick() == BodyTrick.CORRUPT) {
                    body.corrupt(trick.share());
                    answer(act());
                } else {
                    breakOff(act(), trick);
                }
            }
            case null, default -> answer(act());
        }
    }

    private Answer act() {
        try {
            if (request.kind() == RequestKind.CREATE_BUCKET) {
                return createBucket();
            }
            SyntheticBucket bucket = buckets.get(request.bucket());
            if (bucket == null) {
                throw new Refused(404, "NoSuchBucket", "The specified bucket does not exist");
            }
            WriteSide side = bucket.writes();
            if (side == null) {
                throw new Refused(501, "NotImplemented", "This bucket takes no writes");
            }
            return act(side);
        } catch (Refused refused) {
            return error(refused.status, refused.code, refused.text());
        }
    }

    private Answer createBucket() throws Refused {
        SyntheticBucket made = SyntheticBucket.empty();
        made.writable();
        if (buckets.putIfAbsent(request.bucket(), made) != null) {
            throw new Refused(409, "BucketAlreadyOwnedByYou", "You have it already");
        }
        return Answer.DONE;
    }

    private Answer act(WriteSide side) throws Refused {
        return switch (request.kind()) {
            case PUT -> new Answer(200, side.put(request, body), null);
            case PUT_PART -> new Answer(200, side.part(request, body), null);
            case PUT_TAGGING -> {
                side.tag(request, body);
                yield Answer.DONE;
            }
            case DELETE -> {
                side.delete(request);
                yield new Answer(204, null, null);
            }
            case BEGIN_UPLOAD -> new Answer(200, null, S3Xml.begun(request, side.begin(request)));
            case COMPLETE_UPLOAD -> new Answer(200, null, S3Xml.completed(request, side.complete(request, body)));
            case ABORT_UPLOAD -> {
                side.abort(request);
                yield new Answer(204, null, null);
            }
            default -> throw new Refused(501, "NotImplemented", request.kind().name());
        };
    }

    private Answer error(int status, String code, String message) {
        return new Answer(status, null, S3Xml.error(code, message, "/" + request.bucket() + "/" + request.key()));
    }

    private void answer(Answer answer) {
        if (over) {
            return;
        }
        var response = http.response().setStatusCode(answer.status);
        if (answer.etag != null) {
            response.putHeader("ETag", '"' + answer.etag + '"');
        }
        SyntheticBucket bucket = buckets.get(request.bucket());
        WriteSide side = bucket == null ? null : bucket.writes();
        String version = side == null ? null : side.version(request);
        if (version != null) {
            response.putHeader("x-amz-version-id", version);
        }
        if (answer.xml == null) {
            response.end();
        } else {
            response.putHeader("Content-Type", "application/xml").end(Buffer.buffer(answer.xml));
        }
    }

    /** It is done, and nobody hears of it, or only the beginning of it. */
    private void breakOff(Answer answer, Fault.Body trick) {
        if (answer.xml != null) {
            http.response().setStatusCode(answer.status).putHeader("Content-Type", "application/xml");
            new PayloadSender(vertx, http, Payload.of(answer.xml), trick, List.of(), log).send();
        } else if (trick.trick() == BodyTrick.RESET) {
            PayloadSender.reset(http);
        } else if (trick.trick() != BodyTrick.STALL) {
            http.connection().close();
        }
    }
}
