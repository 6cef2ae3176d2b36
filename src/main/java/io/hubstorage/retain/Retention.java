package io.hubstorage.retain;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.fs.Sha256;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.space.Freed;
import io.hubstorage.space.SnapshotCatalog;
import io.hubstorage.space.SnapshotSummary;
import io.hubstorage.verify.scrub.DamageList;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the policy makes of the snapshots as they are now, and whether somebody has confirmed it. Blocking, never to be asked on an event
 * loop; thread-safe.
 */
final class Retention {
    /** Whoever looks at a preview waits so long for what it frees. */
    private static final Duration SHORTLY = Duration.ofMillis(500);

    private final ConfigStore config;
    private final HistoryStore history;
    private final Bus bus;
    private final InstantSource clock;
    private final SnapshotCatalog catalog = new SnapshotCatalog();
    private final FreedCounter counter = new FreedCounter(this::count);

    Retention(ConfigStore config, HistoryStore history, Bus bus, InstantSource clock) {
        this.config = config;
        this.history = history;
        this.bus = bus;
        this.clock = clock;
    }

    /**
     * What is to be done, and what it was made from.
     *
     * @param policy as {@link #policy} has it
     */
    record Planned(HubConfig config, String policy, List<SnapshotSummary> snapshots, RetentionPlan plan) {
        /** Of all that somebody confirms who has looked at it: what goes, and all that it is to be had back by. */
        String digest() {
            return sha256(plan.digest() + "\n" + policy);
        }
    }

    ConfigStore config() {
        return config;
    }

    InstantSource clock() {
        return clock;
    }

    Layout layout() {
        return new Layout(config.dataPath());
    }

    Trash trash() {
        return new Trash(layout(), clock);
    }

    /** @throws IOException also when nobody says which alarms are open: without them nothing may go */
    Planned plan() throws IOException {
        return plan(null);
    }

    /**
     * The same by other rules.
     *
     * @param rules in place of those of all buckets that have none of their own; null for those of the configuration
     */
    Planned plan(HubConfig.@Nullable Keep rules) throws IOException {
        HubConfig now = rules == null
                ? config.config()
                : config.config().with(JsonObject.of("retention", BusJson.encode(rules)));
        Layout layout = layout();
        List<SnapshotSummary> snapshots = catalog.list(layout);
        Holds holds = new Holds(inUse(snapshots), openAlarms(), lastJob());
        return new Planned(
                now,
                policy(now, layout),
                snapshots,
                RetentionPlan.of(Policy.of(now), snapshots, holds, clock.instant()));
    }

    /**
     * Why nothing that was removed may be deleted for good: the clock is not to be believed, or an alarm is open, which may be about what
     * is found there alone. Empty when nothing is against it.
     */
    Optional<String> doubt() throws IOException {
        if (openAlarms().stream().anyMatch(alarm -> alarm.kind() != Alarm.Kind.HISTORY_UNWRITABLE)) {
            return Optional.of("an alarm is open");
        }
        return Optional.ofNullable(plan().plan().suspended()).map(_ -> "the clock cannot be trusted");
    }

    /**
     * What the disk gets back when these have been deleted, and all that is in the trash before them; in whole blocks. All of their files
     * are looked at, but not twice as long as there are the same snapshots. Waits for that.
     */
    long freed(Planned planned, List<String> going) throws IOException {
        return counter.await(question(planned, going));
    }

    /** The same for whoever asks again: null as long as it is being counted. */
    @Nullable
    Long freedSoon(Planned planned, List<String> going) throws IOException {
        return counter.soon(question(planned, going), SHORTLY);
    }

    private FreedCounter.Question question(Planned planned, List<String> going) {
        return new FreedCounter.Question(
                layout().data(),
                planned.snapshots().stream().map(SnapshotSummary::name).toList(),
                Set.copyOf(going));
    }

    private long count(FreedCounter.Question asked) throws IOException, InterruptedException {
        if (asked.going().isEmpty()) {
            return 0;
        }
        List<Path> trash = trash().folders();
        List<Path> all = Stream.concat(trash.stream(), asked.going().stream().map(asked.data()::resolve))
                .toList();
        // What changes meanwhile may count in one of them only.
        return Math.max(0, Freed.of(all).bytes() - Freed.of(trash).bytes());
    }

    /** Ends what is being counted. */
    void close() throws InterruptedException {
        counter.stop();
    }

    /** Damage that is on the list holds as an alarm of it does: what is whole may be in any snapshot. */
    private List<Alarm> openAlarms() throws IOException {
        List<Alarm> alarms = new ArrayList<>(askForAlarms());
        Instant since = new DamageList(layout()).summary().since();
        if (since != null) {
            alarms.add(Alarm.of(Alarm.Kind.DAMAGE, "", since, "Stored files are damaged.", "Repair them."));
        }
        return alarms;
    }

    private List<Alarm> askForAlarms() throws IOException {
        try {
            return bus.ask(Addresses.ALARMS_LIST, Alarm.Listing.class)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(Bus.PATIENT.toMillis(), TimeUnit.MILLISECONDS)
                    .open();
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("Nobody says which alarms are open, so nothing can be removed.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private @Nullable Instant lastJob() {
        return history.page(null, 1, null).stream()
                .findFirst()
                .map(last -> Objects.requireNonNullElse(last.finishedAt(), last.startedAt()))
                .orElse(null);
    }

    /** Which of them somebody reads is not told by what locks a restore; so that none goes as long as there is one. */
    private Map<String, String> inUse(List<SnapshotSummary> snapshots) throws IOException {
        String reason = user().orElse(null);
        return reason == null
                ? Map.of()
                : snapshots.stream().collect(Collectors.toMap(SnapshotSummary::name, _ -> reason));
    }

    /** Who reads snapshots, in this process or another; empty when nobody does. */
    Optional<String> user() throws IOException {
        if (isHeld(layout().restores())) {
            return Optional.of("a restore is under way");
        }
        return isHeld(layout().drills()) ? Optional.of("a drill is under way") : Optional.empty();
    }

    /** Whether a process, this or another, has locked one of the folders in this one. */
    private static boolean isHeld(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Stream<Path> each = Files.list(folder)) {
            for (Path one : (Iterable<Path>) each::iterator) {
                if (DataLock.holder(one.resolve("lock")).isPresent()) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Whether somebody has confirmed what the configuration says now. */
    boolean isConfirmed() {
        return confirmed().is(policy(config.config(), layout()));
    }

    /** Whether somebody has confirmed the policy of that plan, and the configuration still says the same. */
    boolean isConfirmed(Planned planned) {
        return planned.policy().equals(policy(config.config(), layout()))
                && confirmed().is(planned.policy());
    }

    void confirm(Planned planned) throws IOException {
        confirmed().confirm(planned.policy(), clock.instant());
    }

    void withdrawConfirmation() throws IOException {
        confirmed().withdraw();
    }

    private ConfirmedPolicy confirmed() {
        return new ConfirmedPolicy(config.settings().configFolder());
    }

    /** Of all that decides what goes and for how long it can be had back, and of the folder that it is for. */
    private static String policy(HubConfig now, Layout layout) {
        JsonObject rules = BusJson.encode(now.retention());
        rules.remove("enabled");
        Map<String, String> own = new TreeMap<>();
        now.selection().buckets().stream()
                .filter(bucket -> bucket.retention() != null)
                .forEach(bucket -> own.put(
                        bucket.name(), BusJson.encode(bucket.retention()).encode()));
        String all = String.join(
                "\n",
                rules.encode(),
                own.toString(),
                now.zone().toString(),
                layout.data().toString());
        return sha256(all);
    }

    private static String sha256(String text) {
        return HexFormat.of().formatHex(Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
