package io.hubstorage.testkit;

import io.hubstorage.testkit.Fault.BodyTrick;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends one payload at the pace of the network and of the limits, and breaks off where a fault says so. On one event loop. */
final class PayloadSender {
    private static final long LOOK_MILLIS = 100;

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Payload payload;
    private final @Nullable BodyTrick trick;
    private final long end;
    private final List<Pace> paces;
    private final RequestLog log;
    private long sent;
    private boolean gone;
    /** Before the last of it. */
    private boolean waited;

    PayloadSender(
            Vertx vertx,
            HttpServerRequest request,
            Payload payload,
            Fault.@Nullable Body fault,
            List<Pace> paces,
            RequestLog log) {
        this.vertx = vertx;
        this.request = request;
        this.response = request.response();
        this.paces = paces;
        this.log = log;
        long length = payload.length();
        long place = fault == null ? length : (long) (fault.share() * length);
        boolean corrupt = fault != null && fault.trick() == BodyTrick.CORRUPT;
        this.payload = corrupt && length > 0 ? payload.corruptedAt(Math.min(place, length - 1)) : payload;
        this.trick = fault == null || corrupt ? null : fault.trick();
        boolean all = trick == null || trick == BodyTrick.OPEN_END;
        this.end = all ? length : Math.min(place, Math.max(0, length - 1));
    }

    /** Sends head and body; what happens to the connection after that is logged by the server. */
    void send() {
        if (trick == BodyTrick.OPEN_END) {
            response.setChunked(true);
        } else {
            response.putHeader("Content-Length", Long.toString(payload.length()));
        }
        if (trick == null && paces.stream().noneMatch(Pace::limited)) {
            ByteBuf whole = end == 0 ? Unpooled.EMPTY_BUFFER : payload.slice(0, end);
            // Else it is larger than a chunk, or crosses from one into the next.
            if (whole.readableBytes() == end) {
                log.sent(end);
                response.end(BufferInternal.buffer(whole));
                return;
            }
        }
        response.exceptionHandler(failure -> gone = true);
        response.closeHandler(ignored -> gone = true);
        response.setWriteQueueMaxSize(4 * SyntheticBody.CHUNK);
        if (end == 0) {
            response.writeHead().onComplete(ignored -> finish());
        } else {
            proceed();
        }
    }

    private void proceed() {
        while (!gone && sent < end) {
            if (response.writeQueueFull()) {
                response.drainHandler(ignored -> proceed());
                return;
            }
            ByteBuf slice = payload.slice(sent, end - sent);
            int count = slice.readableBytes();
            boolean last = sent + count == end && trick == null;
            if (last && !waited) {
                // Nobody has a body before all of it has had its time.
                waited = true;
                if (waits(count)) {
                    return;
                }
            }
            sent += count;
            log.sent(count);
            var written = response.write(BufferInternal.buffer(slice));
            if (sent == end && trick != null) {
                written.onComplete(ignored -> finish());
                return;
            }
            if (!last && waits(count)) {
                return;
            }
        }
        if (!gone) {
            finish();
        }
    }

    /** Goes on later, where so many bytes take their time. */
    private boolean waits(int bytes) {
        long delay = 0;
        for (Pace pace : paces) {
            delay = Math.max(delay, pace.delayAfter(bytes));
        }
        if (delay > 0) {
            proceedAt(System.nanoTime() + delay * 1_000_000);
        }
        return delay > 0;
    }

    /** Sooner where the limit is lifted meanwhile. */
    private void proceedAt(long nanos) {
        long left = (nanos - System.nanoTime()) / 1_000_000;
        if (left <= 0 || paces.stream().noneMatch(Pace::limited)) {
            proceed();
        } else {
            vertx.setTimer(Math.min(left, LOOK_MILLIS), ignored -> proceedAt(nanos));
        }
    }

    private void finish() {
        switch (trick) {
            case null -> response.end();
            case RESET -> reset(request);
            case CUT, OPEN_END -> request.connection().close();
            case STALL -> {}
            case CORRUPT -> throw new IllegalStateException("corrupting ends no body");
        }
    }

    /** Resets the connection (RST): what is on its way is lost. */
    static void reset(HttpServerRequest request) {
        Channel channel = ((ConnectionBase) request.connection()).channel();
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        var _ = channel.close();
    }
}
