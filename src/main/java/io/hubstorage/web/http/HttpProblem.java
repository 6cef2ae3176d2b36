package io.hubstorage.web.http;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.handler.HttpException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A refusal, the way the client reads it: an HTTP status and a sentence. Becomes {@code application/problem+json}. */
public final class HttpProblem extends RuntimeException {
    private static final String FOUND = ": found ";
    private static final String ALLOWED = ", allowed: ";

    private final int status;
    private final transient List<ConfigMessage.Problem> problems;

    public HttpProblem(int status, String detail) {
        this(status, detail, List.of(), null);
    }

    private HttpProblem(int status, String detail, List<ConfigMessage.Problem> problems, @Nullable Throwable cause) {
        super(detail, cause);
        this.status = status;
        this.problems = problems;
    }

    /** A 400 for one wrong input: its name, what was found and what is allowed. */
    public static HttpProblem badInput(String name, Object found, String allowed) {
        ConfigMessage.Problem problem = new ConfigMessage.Problem(name, String.valueOf(found), allowed);
        return new HttpProblem(400, problem.toString(), List.of(problem), null);
    }

    /**
     * A 400 for the reasons that the bus carries as text, one {@link ConfigMessage.Problem#toString} a line: taken apart again, so
     * that a page can show each beside its field. Lines of another form are left out.
     */
    public static HttpProblem badInput(String reasons) {
        return new HttpProblem(400, reasons, problemsIn(reasons), null);
    }

    static List<ConfigMessage.Problem> problemsIn(String reasons) {
        return reasons.lines().flatMap(HttpProblem::problemIn).toList();
    }

    /** In linear time, whatever it is: names and values in it are the client's. */
    private static Stream<ConfigMessage.Problem> problemIn(String reason) {
        String line = reason.strip();
        int found = line.indexOf(FOUND);
        int allowed = line.lastIndexOf(ALLOWED);
        return found <= 0 || allowed < found + FOUND.length()
                ? Stream.empty()
                : Stream.of(new ConfigMessage.Problem(
                        line.substring(0, found),
                        line.substring(found + FOUND.length(), allowed),
                        line.substring(allowed + ALLOWED.length())));
    }

    /**
     * The problem that a failure amounts to. What a bus responder refused keeps its code and its reason; what nobody
     * expected becomes a 500 without any detail of it.
     *
     * @param status the status that the router already decided on, or 500
     */
    static HttpProblem of(int status, @Nullable Throwable failure) {
        return switch (failure) {
            case HttpProblem problem -> problem;
            case ReplyException reply -> ofReply(reply);
            case HttpException http -> new HttpProblem(http.getStatusCode(), defaultDetail(http.getStatusCode()));
            case null -> new HttpProblem(status, defaultDetail(status));
            default ->
                status >= 400 && status < 500
                        ? new HttpProblem(status, defaultDetail(status), List.of(), failure)
                        : new HttpProblem(500, Bus.UNEXPECTED, List.of(), failure);
        };
    }

    private static HttpProblem ofReply(ReplyException reply) {
        return switch (reply.failureType()) {
            case NO_HANDLERS -> new HttpProblem(503, Bus.reason(reply));
            case TIMEOUT -> new HttpProblem(504, Bus.reason(reply));
            default -> {
                int code = reply.failureCode();
                String reason = reply.getMessage();
                yield code < 400 || code > 599 || reason == null
                        ? new HttpProblem(500, Bus.UNEXPECTED, List.of(), reply)
                        : new HttpProblem(code, reason, problemsIn(reason), null);
            }
        };
    }

    public int status() {
        return status;
    }

    /** Whether the cause is ours and unknown to the client, so that the log must have it. */
    boolean unexpected() {
        return status >= 500 && getCause() != null;
    }

    JsonObject toJson(String instance) {
        JsonObject body = new JsonObject()
                .put("type", "about:blank")
                .put("title", HttpResponseStatus.valueOf(status).reasonPhrase())
                .put("status", status)
                .put("detail", getMessage())
                .put("instance", instance);
        if (!problems.isEmpty()) {
            body.put(
                    "problems",
                    new JsonArray(problems.stream().map(BusJson::encode).toList()));
        }
        return body;
    }

    private static String defaultDetail(int status) {
        return switch (status) {
            case 400 -> "The request could not be read.";
            case 404 -> "There is nothing at this address. /openapi.yaml lists what there is.";
            case 405 -> "This address does not take this method.";
            case 413 -> "The request body is larger than this server takes.";
            case 414 -> "The address is longer than this server takes.";
            case 415 -> "The request body must be JSON, with Content-Type: application/json.";
            case 503 -> "HubStorage is starting or stopping. Try again shortly.";
            default ->
                status >= 500
                        ? Bus.UNEXPECTED
                        : HttpResponseStatus.valueOf(status).reasonPhrase();
        };
    }
}
