package io.hubstorage.status;

import io.hubstorage.bus.LoginAttack;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Hub;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A data folder with a history, and how things stand there. */
final class ConditionKit {
    final Layout layout;
    final HistoryStore history;
    private final ConfigStore config;
    private final AlarmStore alarms;
    private final InstantSource clock;
    private final FactFinder finder;

    /** @param config {@code config.json} */
    ConditionKit(Vertx vertx, Path folder, Instant now, String config) throws IOException {
        Path configFolder = Files.createDirectories(folder.resolve("config"));
        Files.writeString(configFolder.resolve("config.json"), config);
        layout = new Layout(Files.createDirectories(folder.resolve("data")));
        Environment environment = Hub.environment(folder, layout.data());
        clock = InstantSource.fixed(now);
        history = HistoryStore.open(configFolder);
        this.config = ConfigStore.open(vertx, environment, UnaryOperator.identity(), clock)
                .await();
        alarms = new AlarmStore(configFolder, clock);
        finder = new FactFinder(this.config, history, alarms, clock);
    }

    /** Who judges there. */
    StatusVerticle verticle() {
        return new StatusVerticle(config, history, alarms, clock);
    }

    Facts facts() {
        return facts(null);
    }

    Facts facts(SpaceMessage.@Nullable Current space) {
        return finder.find(new Facts.Rooms(null, null, false, space));
    }

    /** Those of one kind. */
    List<Condition> conditions(Condition.Kind kind) {
        return of(facts(), kind);
    }

    /** What an attack on the login comes to. */
    List<Condition> login(LoginAttack attack) {
        return of(finder.find(new Facts.Rooms(null, null, false, null, attack, null)), Condition.Kind.LOGIN);
    }

    static List<Condition> of(Facts facts, Condition.Kind kind) {
        return of(facts.conditions(), kind);
    }

    static List<Condition> of(List<Condition> all, Condition.Kind kind) {
        return all.stream().filter(each -> each.kind() == kind).toList();
    }
}
