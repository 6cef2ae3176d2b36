package io.hubstorage.config;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.ConfigMessage.BrokenFile;
import io.hubstorage.bus.ConfigMessage.Current;
import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration in force: the last good {@code config.json} under the environment. Thread-safe; getters never
 * block, and files are touched on worker threads only.
 */
public final class ConfigStore {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigStore.class);

    private final Vertx vertx;
    private final ConfigLoader loader;
    private final ConfigFile file;
    private final UnaryOperator<HubConfig> override;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Consumer<Current>> listeners = new CopyOnWriteArrayList<>();
    private volatile ConfigState state;
    /** The environment as last read, in force or refused: each content is judged once. */
    private volatile Environment seenEnv;
    /** Broken content seen once: perhaps somebody is still writing it. */
    private @Nullable String suspect;

    private ConfigStore(
            Vertx vertx,
            ConfigLoader loader,
            UnaryOperator<HubConfig> override,
            ConfigState state,
            InstantSource clock) {
        this.vertx = vertx;
        this.loader = loader;
        this.file = loader.file();
        this.override = override;
        this.state = state;
        this.seenEnv = state.variables().now();
        this.clock = clock;
    }

    /**
     * Reads {@code config.json}, or writes a first one from the bundled default and {@code BACKUP_*} where there is
     * none. Where the file is broken, the last good one that was kept beside it is put in force, and
     * {@link #current} says so. Fails with {@link ConfigException} when there is none either.
     *
     * @param override makes of what the file says, now and after each change, what is in force; the file stays as it is
     */
    public static Future<ConfigStore> open(
            Vertx vertx, Environment environment, UnaryOperator<HubConfig> override, InstantSource clock) {
        return vertx.executeBlocking(
                () -> {
                    Settings settings = environment.settings();
                    ConfigLoader loader = new ConfigLoader(settings.configFile());
                    ConfigState state = loader.open(environment, settings, override, clock.instant());
                    return new ConfigStore(vertx, loader, override, state, clock);
                },
                false);
    }

    /**
     * One without a file: of a process that is told its configuration by another one, see {@link #receive}.
     *
     * @throws ConfigException when it cannot be used here
     */
    public static ConfigStore received(Vertx vertx, Environment environment, JsonObject config, InstantSource clock) {
        Settings settings = environment.settings();
        ConfigDocument document = ConfigDocument.read(ConfigDocument.write(config), environment);
        ConfigState state = ConfigState.of(
                environment,
                settings,
                new ConfigLoader.Found(document, document.hash(), null),
                UnaryOperator.identity(),
                clock.instant());
        return new ConfigStore(vertx, new ConfigLoader(settings.configFile()), UnaryOperator.identity(), state, clock);
    }

    /**
     * Puts in force what this process was told, and what the variables are now; no file is written. Blocks.
     *
     * @throws ConfigException when it cannot be used here; what was in force stays so
     */
    public void receive(JsonObject config) {
        lock.lock();
        try {
            readEnvironment();
            ConfigDocument document = ConfigDocument.read(ConfigDocument.write(config), environment());
            if (!document.hash().equals(state.hash())) {
                accept("as the service has it", next(state, document), false);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The settings in force: the environment's, completed from {@code config.json} where the environment is silent. */
    public Settings settings() {
        return state.settings();
    }

    public HubConfig config() {
        return state.config();
    }

    public Current current() {
        return state.current();
    }

    /** The variables in force, for secrets that {@link Settings} does not hold. */
    public Environment environment() {
        return state.variables().now();
    }

    /**
     * Access to an account's S3, now.
     *
     * @param account null for the one that the environment names
     * @return null where the configuration has no account of that name
     * @throws ConfigException when one of the variables of a named account is wrong
     */
    public Settings.@Nullable Aws aws(@Nullable String account) {
        ConfigState now = state;
        return account == null ? now.settings().aws() : now.aws(account);
    }

    /** Where snapshots go: {@code HUBSTORAGE_DATA_PATH}, else {@code local_base_path}, else the default. */
    public Path dataPath() {
        return state.settings().dataPath();
    }

    /** The log file: {@code logging.file}'s name in {@code HUBSTORAGE_LOG_PATH}, else where {@code logging.file} says. */
    public Path logFile() {
        return state.logFile();
    }

    /**
     * Replaces {@code config.json} for somebody on the web or the bus, durably, and puts it in force. Fails with
     * {@link ConfigException} when it is not valid or says what {@link RemoteSave} refuses, with {@link Bus#STALE} when
     * {@code ifMatch} is given and no longer the hash on disk.
     */
    public Future<Current> update(JsonObject config, @Nullable String ifMatch) {
        JsonObject copy = config.copy();
        return work(() -> save(copy, ifMatch));
    }

    /** What {@link #update} would say to a configuration; nothing changes. */
    public Future<List<Problem>> problems(JsonObject config) {
        JsonObject copy = config.copy();
        // Not behind a save or a look at the files, which may wait for a disk.
        return vertx.executeBlocking(
                () -> {
                    try {
                        checked(state, copy);
                        return List.of();
                    } catch (ConfigException e) {
                        return e.problems();
                    }
                },
                false);
    }

    /**
     * Looks at {@code config.json}, {@code .env} and secret files, and puts in force what is new and valid.
     *
     * @return whether to look once more soon, because a broken file may be one that is still being written
     */
    public Future<Boolean> reload() {
        return work(() -> {
            boolean changed = readEnvironment();
            String before = suspect;
            changed |= readFile(true);
            if (changed) {
                tell();
            }
            return suspect != null && !suspect.equals(before);
        });
    }

    /** Calls back after each change, on a worker thread, in order. The callback must be quick. */
    void onChange(Consumer<Current> listener) {
        listeners.add(listener);
    }

    void removeListener(Consumer<Current> listener) {
        listeners.remove(listener);
    }

    /** The files whose content decides; those that do not exist included. */
    Set<Path> files() {
        Set<Path> files = new LinkedHashSet<>();
        files.add(file.path());
        files.add(environment().dotenv());
        files.addAll(seenEnv.secretFiles());
        return files;
    }

    private <T> Future<T> work(Callable<T> task) {
        return vertx.executeBlocking(
                () -> {
                    lock.lock();
                    try {
                        return task.call();
                    } finally {
                        lock.unlock();
                    }
                },
                false);
    }

    private ConfigState checked(ConfigState now, JsonObject json) {
        RemoteSave.checkSize(now.document().json(), json);
        Environment env = now.variables().now();
        ConfigState next = next(now, ConfigDocument.read(ConfigDocument.write(json), env));
        RemoteSave.check(now, next);
        return next;
    }

    private ConfigState next(ConfigState now, ConfigDocument document) {
        return now.with(document, override.apply(document.config()), clock.instant());
    }

    private Current save(JsonObject json, @Nullable String ifMatch) {
        // A hand edit that the watch has not seen yet must not be overwritten unseen.
        boolean changed = readFile(false);
        if (changed) {
            tell();
        }
        if (ifMatch != null && !ifMatch.equals(state.hash())) {
            throw Bus.refusal(
                    Bus.STALE,
                    "config.json has changed since it was read (it is %s now): load it again and repeat the change"
                            .formatted(state.hash()));
        }
        ConfigState next = checked(state, json);
        Path aside = null;
        try {
            aside = state.faults().config() == null ? null : loader.setAside(clock.instant());
            file.write(next.document().text().getBytes());
        } catch (IOException e) {
            throw new IllegalStateException(
                    "%s cannot be written (%s): the configuration is unchanged"
                            .formatted(file.path(), ConfigFile.reason(e)),
                    e);
        }
        accept("saved", next);
        if (aside != null) {
            LOG.warn("The {} that could not be used was kept as {}", file.path(), aside);
            state = state.withSetAside(aside);
        }
        tell();
        return state.current();
    }

    /** Returns whether anything that others see has changed. */
    private boolean readFile(boolean patient) {
        byte[] bytes;
        try {
            bytes = file.read();
        } catch (IOException e) {
            return refuse(ConfigLoader.hash(e), ConfigLoader.reason(e), List.of(), patient);
        }
        String hash = ConfigDocument.hash(bytes);
        if (hash.equals(state.hash())) {
            suspect = null;
            return false;
        }
        try {
            accept("changed on disk", next(state, ConfigDocument.read(bytes, environment())));
            return true;
        } catch (ConfigException e) {
            return refuse(hash, "is not valid", e.problems(), patient);
        }
    }

    private void accept(String how, ConfigState next) {
        accept(how, next, true);
    }

    private void accept(String how, ConfigState next, boolean keep) {
        LOG.info(
                "{} {}: {}",
                file.path(),
                how,
                environment().redact(state.document().changesTo(next.document())));
        warnOfNew(next.document().warnings(), state.document().warnings());
        suspect = null;
        state = next;
        if (keep) {
            loader.keep(next.document());
        }
    }

    /** Once for each content; in a patient reading only when it is still there the next time. */
    private boolean refuse(String hash, String reason, List<Problem> problems, boolean patient) {
        if (hash.equals(state.hash())) {
            return false;
        }
        if (patient && !hash.equals(suspect)) {
            suspect = hash;
            return false;
        }
        suspect = null;
        state = state.withBroken(file.path(), hash, reason, problems, clock.instant());
        BrokenFile broken = Objects.requireNonNull(state.faults().config());
        LOG.warn("{}", environment().redact(broken.sentence() + ' ' + broken.instead()));
        return true;
    }

    /** Returns whether anything that others see has changed. */
    private boolean readEnvironment() {
        Environment fresh = seenEnv.reload();
        if (fresh.sameAs(seenEnv)) {
            return false;
        }
        seenEnv = fresh;
        ConfigState before = state;
        warnOfNew(fresh.warnings(), environment().warnings());
        try {
            state = before.withVariables(before.variables().changedTo(fresh));
        } catch (ConfigException e) {
            state = before.withBrokenVariables(fresh.dotenv(), e.problems(), clock.instant());
            BrokenFile broken = Objects.requireNonNull(state.faults().env());
            LOG.warn("{} The variables read before stay in force.", broken.sentence());
        }
        return true;
    }

    private void warnOfNew(List<String> warnings, List<String> known) {
        warnings.stream()
                .filter(warning -> !known.contains(warning))
                .forEach(warning -> LOG.warn("{}", environment().redact(warning)));
    }

    private void tell() {
        Current current = state.current();
        listeners.forEach(listener -> listener.accept(current));
    }
}
