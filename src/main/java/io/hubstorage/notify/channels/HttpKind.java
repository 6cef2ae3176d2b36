package io.hubstorage.notify.channels;

import io.hubstorage.notify.Message;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/** A kind of channel over HTTP: what a message is there, and what an answer means. Opens no connection. */
interface HttpKind {
    Call call(Message message) throws Attempt.BadTemplate;

    default Receipt judge(Answer answer) {
        return HttpDelivery.usual(answer);
    }

    /** Whether a message is anything to such a channel; where not, it counts as delivered. */
    default boolean concerns(Message message) {
        return true;
    }

    /** One request. */
    record Call(String method, URI uri, Map<String, String> headers, Buffer body) {
        static Call json(URI uri, JsonObject body) {
            return new Call("POST", uri, Map.of("Content-Type", "application/json; charset=utf-8"), body.toBuffer());
        }

        Call with(String header, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(header, value);
            return new Call(method, uri, more, body);
        }
    }

    /**
     * What a server answered.
     *
     * @param text the beginning of it
     */
    record Answer(int status, MultiMap headers, String text) {}
}
