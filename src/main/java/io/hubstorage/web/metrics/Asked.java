package io.hubstorage.web.metrics;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.micrometer.core.instrument.MultiGauge;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A room that is asked at each scrape, and what is measured of its answer. As long as it does not answer its gauges are not a number, and
 * its rows are gone: what was true once is not shown as if it were true now.
 */
final class Asked<T extends Record> {
    private static final Logger LOG = LoggerFactory.getLogger(Asked.class);

    private final Meters meters;
    private final Bus bus;
    private final String address;
    private final JsonObject question;
    private final Class<T> type;
    private final Map<MultiGauge, Function<T, Stream<MultiGauge.Row<?>>>> rows = new LinkedHashMap<>();
    private volatile @Nullable JsonObject said;
    private volatile @Nullable T answer;

    /** @param room for the label of {@code hubstorage_room_up} */
    Asked(Meters meters, String room, Bus bus, String address, JsonObject question, Class<T> type) {
        this.meters = meters;
        this.bus = bus;
        this.address = address;
        this.question = question;
        this.type = type;
        meters.gauge(
                "room.up",
                "1 while the part of HubStorage that the label names answers",
                () -> answer == null ? 0 : 1,
                "room",
                room);
    }

    /** Asks; completes, and never fails, when that is over. {@link #show} then makes of the answer what is shown. */
    Future<Void> refresh() {
        return bus.ask(address, question, Metrics.PATIENCE)
                .onComplete(asked -> said = asked.result())
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }

    /** Not on an event loop, where reading a message of this kind for the first time would take too long; one call at a time. */
    void show() {
        T now = read();
        answer = now;
        rows.forEach((gauge, row) -> {
            List<MultiGauge.Row<?>> all = new ArrayList<>();
            if (now != null) {
                row.apply(now).forEach(all::add);
            }
            gauge.register(all, true);
        });
    }

    private @Nullable T read() {
        JsonObject body = said;
        try {
            return body == null ? null : BusJson.decode(body, type);
        } catch (RuntimeException e) {
            LOG.warn("What {} answers cannot be measured", address, e);
            return null;
        }
    }

    /** The last answer that is shown; null if the room did not give one. From any thread. */
    @Nullable
    T answer() {
        return answer;
    }

    void number(String name, String help, ToDoubleFunction<T> value, String... tags) {
        meters.gauge(
                name,
                help,
                () -> {
                    T known = answer;
                    return known == null ? Double.NaN : value.applyAsDouble(known);
                },
                tags);
    }

    /** 1 while it is so, 0 while it is not. */
    void state(String name, String help, Predicate<T> condition, String... tags) {
        number(name, help, known -> condition.test(known) ? 1 : 0, tags);
    }

    /** One series for each row. */
    void rows(String name, String help, Function<T, Stream<MultiGauge.Row<?>>> row) {
        rows.put(meters.rows(name, help), row);
    }
}
