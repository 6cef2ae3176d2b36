package io.hubstorage.web;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.Drilling;
import io.hubstorage.bus.RepairMessage;
import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.RepairStart;
import io.hubstorage.bus.Repairing;
import io.hubstorage.bus.RestoreMessage;
import io.hubstorage.bus.RetentionMessage;
import io.hubstorage.bus.RetentionRecord;
import io.hubstorage.bus.RetentionStart;
import io.hubstorage.bus.RetentionState;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.bus.VerifyMessage;
import io.hubstorage.bus.VerifyRecord;
import io.hubstorage.bus.VerifyState;
import io.hubstorage.bus.Verifying;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig.Keep;
import io.hubstorage.retain.Holds;
import io.hubstorage.retain.Policy;
import io.hubstorage.retain.RetentionPlan;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.space.SnapshotSummary;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rooms behind the page Storage, as far as the bus shows them: what the real rules say of a thousand snapshots. */
final class StorageRooms {
    static final int MANY = 1_000;
    static final Instant NOW = Instant.parse("2026-11-20T06:00:00Z");
    static final String PINNED = Layout.name(NOW.minus(Duration.ofDays(100)));
    static final Keep RULES = new Keep(0, 0, 14, 8, 12, 0, null);
    static final long GIB = 1L << 30;

    private final WebServer server;

    static final Keep ALL = new Keep(0, 0, 0, 0, 0, 0, null);

    volatile boolean confirmed = true;
    volatile boolean enabled = true;
    volatile @Nullable String broken;
    volatile List<RetentionMessage.Removed> trash = List.of();
    private volatile Keep saved = RULES;
    private volatile int many = 200;
    private volatile @Nullable String suspended;
    private volatile boolean counting;
    /** Rules that were tried, and single snapshots. */
    final List<RetentionMessage.Query> asked = new CopyOnWriteArrayList<>();

    private volatile RepairMessage.View repairs = new RepairMessage.View("ask", false, null, null, null);
    final List<RepairStart> repaired = new CopyOnWriteArrayList<>();

    /** What was asked to be removed. */
    final List<RetentionStart> started = new CopyOnWriteArrayList<>();

    volatile VerifyMessage.Status proofs = proofs(null, Verifying.CYCLE, 0);

    /** How things may stand. */
    enum Standing {
        IDLE,
        UNCONFIRMED,
        EMPTY,
        OFF,
        BUSY,
        FAILING
    }

    StorageRooms(WebServer server) {
        this.server = server;
        WebServer.await(server.rooms.verify.unregister());
        Bus bus = new Bus(server.vertx);
        bus.answer(
                Addresses.RETENTION_STATUS,
                _ -> Future.succeededFuture(new RetentionMessage.Status(
                        enabled,
                        confirmed,
                        BusJson.encode(saved).put("enabled", enabled).getMap(),
                        null,
                        trash)));
        bus.answer(Addresses.RETENTION_PREVIEW, this::preview);
        server.vertx.eventBus().<JsonObject>consumer(Addresses.RETENTION_START, message -> {
            started.add(BusJson.decode(message.body(), RetentionStart.class));
            message.reply(new JsonObject().put("run_id", "r1"));
        });
        bus.answer(Addresses.VERIFY_STATUS, _ -> Future.succeededFuture(proofs));
        bus.answer(Addresses.REPAIR_STATUS, _ -> Future.succeededFuture(repairs));
        bus.answer(Addresses.REPAIR_PLAN, _ -> {
            repairs = new RepairMessage.View("ask", false, plan(), null, null);
            return Future.succeededFuture(new RepairMessage.View("ask", true, null, null, null));
        });
        bus.answer(Addresses.REPAIR_START, body -> {
            repaired.add(BusJson.decode(body, RepairStart.class));
            return Future.succeededFuture(new RestoreMessage.Started("p1"));
        });
    }

    private Future<RetentionMessage.Preview> preview(JsonObject body) {
        RetentionMessage.Query query = BusJson.request(body, RetentionMessage.Query.class);
        asked.add(query);
        if (broken != null) {
            throw Bus.refusal(Bus.CONFLICT, broken);
        }
        Keep keep = query.rules() == null
                ? saved
                : ConfigParser.parse(JsonObject.of("retention", new JsonObject(query.rules())))
                        .retention()
                        .keep();
        // Not on an event loop, which a thousand of them would hold up on a busy machine.
        return server.vertx.executeBlocking(
                () -> {
                    RetentionMessage.Preview found = rules(keep, many, suspended);
                    Long freed = query.snapshot() != null ? (Long) GIB : counting ? null : found.freedBytes();
                    return new RetentionMessage.Preview(
                            found.digest(),
                            found.confirmed(),
                            found.suspended(),
                            freed,
                            found.undoHours(),
                            found.verdicts());
                },
                false);
    }

    RetentionMessage.Preview preview() {
        return rules(saved, many, suspended);
    }

    /** What the rules say of so many snapshots. */
    void preview(Keep keep, int snapshots, @Nullable String why) {
        saved = keep;
        many = snapshots;
        suspended = why;
    }

    /** Whether it is still being counted what that would free. */
    void counting(boolean isCounting) {
        counting = isCounting;
    }

    private static RepairPlan plan() {
        return new RepairPlan(
                NOW,
                RepairMessage.Request.ALL,
                new Tally(30, 30 * GIB),
                Map.of(
                        RepairPlan.Source.TWIN, new Tally(20, 20 * GIB),
                        RepairPlan.Source.S3, new Tally(8, 8 * GIB)),
                new Tally(2, 2 * GIB),
                List.of(new RepairPlan.Item(
                        "photos",
                        "2026/IMG_0007.CR3",
                        GIB,
                        "bytes",
                        List.of(PINNED),
                        RepairPlan.Source.NONE,
                        "No other file of the data folder has its content, and S3 has it no more.")),
                "plan-digest");
    }

    static RetentionMessage.Preview rules(Keep keep, int many, @Nullable String suspended) {
        List<SnapshotSummary> all = IntStream.range(0, many)
                .mapToObj(i -> NOW.minus(Duration.ofHours(6L * i)))
                .map(begun -> new SnapshotSummary(
                        Layout.name(begun),
                        begun,
                        Layout.name(begun).equals(PINNED),
                        List.of(new SnapshotSummary.Bucket("photos", true, true, true))))
                .toList();
        Map<String, Instant> times =
                all.stream().collect(Collectors.toMap(SnapshotSummary::name, SnapshotSummary::time));
        RetentionPlan plan = RetentionPlan.of(new Policy(keep, Map.of(), ZoneOffset.UTC), all, Holds.NONE, NOW);
        return new RetentionMessage.Preview(
                plan.digest(),
                true,
                suspended,
                plan.going().size() * GIB,
                72,
                plan.verdicts().stream()
                        .map(verdict -> new RetentionMessage.Verdict(
                                verdict.snapshot(),
                                times.get(verdict.snapshot()),
                                verdict.stays(),
                                verdict.removable(),
                                verdict.reasons().stream()
                                        .map(reason ->
                                                new RetentionMessage.Reason(BusJson.word(reason.kind()), reason.text()))
                                        .toList()))
                        .toList());
    }

    private static VerifyMessage.Status proofs(@Nullable VerifyState current, VerifyRecord.Cycle cycle, int damaged) {
        List<VerifyMessage.DamagedFile> files = IntStream.range(0, damaged)
                .mapToObj(i -> new VerifyMessage.DamagedFile(
                        Layout.name(NOW.minus(Duration.ofDays(i % 3))),
                        "photos",
                        "2026/a rather long folder name that goes on and on/IMG_%04d.CR3".formatted(i / 3),
                        "2026/IMG_%04d.CR3".formatted(i / 3),
                        List.of("bytes", "missing", "size", "not_a_file", "manifest")
                                .get(i / 3 % 5),
                        NOW))
                .toList();
        String proven = cycle.cycleNumber() == 0
                ? "No file has been read again since it was downloaded."
                : "%s file proven since 14 October; 37 %% of this cycle."
                        .formatted(damaged == 0 ? "Every" : "Every other");
        return new VerifyMessage.Status(
                proven + (damaged == 0 ? "" : " %d files are damaged, in 3 snapshots.".formatted(damaged / 3)),
                current,
                cycle,
                current == null ? NOW.plus(Duration.ofHours(9)) : null,
                cycle.cycleNumber() == 0 ? List.of() : Verifying.DUE,
                new VerifyMessage.DamageSummary(
                        damaged / 3,
                        Math.min(3, damaged),
                        files.stream()
                                .map(VerifyMessage.DamagedFile::snapshot)
                                .distinct()
                                .toList(),
                        damaged == 0 ? null : NOW),
                files,
                null);
    }

    void stand(Standing standing) {
        server.rooms.others = List.of(
                Repairing.record("p0", NOW.minus(Duration.ofDays(9)), ended("2 files were repaired.")),
                Drilling.record("d0", NOW.minus(Duration.ofDays(2)), ended("20 of 20 files came back.")));
        switch (standing) {
            case IDLE -> server.rooms.space = roomy();
            case UNCONFIRMED -> {
                confirmed = false;
                preview(RULES, 120, null);
                server.rooms.space = space(40, 2_000, 12L << 20);
            }
            case EMPTY -> {
                preview(RULES, 0, null);
                proofs = proofs(null, VerifyRecord.Cycle.NONE, 0);
            }
            case OFF -> {
                enabled = false;
                preview(ALL, 60, null);
            }
            case BUSY -> proofs = proofs(Verifying.state("v1", NOW, NOW), Verifying.CYCLE, 0);
            case FAILING -> {
                server.rooms.space = space(3, 2_000, 22L << 30);
                trash = List.of(
                        removed(1, NOW.plus(Duration.ofHours(70)), 3 * GIB, null),
                        removed(
                                40,
                                null,
                                9 * GIB,
                                "Only 3 % of the disk are free, so its deletion began before its time."));
                preview(RULES, 400, "An alarm is open, so what it is about stays.");
                proofs = proofs(null, Verifying.CYCLE, 30);
                server.rooms.alarms = List.of(Alarm.of(
                        Alarm.Kind.DAMAGE,
                        "repair",
                        NOW,
                        "10 files are damaged, more than verify.repair_limit (5) allows to repair without asking.",
                        "Look whether the disk is sound. Then look at what a repair would do, and start it."));
            }
        }
    }

    private static RunEnd ended(String message) {
        return new RunEnd(RunResult.SUCCESS, NOW.minus(Duration.ofDays(2)), 1, message);
    }

    private static RetentionMessage.Removed removed(
            int days, @Nullable Instant until, long freed, @Nullable String shortened) {
        return new RetentionMessage.Removed(
                Layout.name(NOW.minus(Duration.ofDays(days))), days == 1, NOW, until, freed, shortened);
    }

    /** A disk with room. */
    static SpaceMessage.Current roomy() {
        return space(600, 2_000, 2L << 30);
    }

    private static SpaceMessage.Current space(long free, long total, long growth) {
        return new SpaceMessage.Current(
                NOW,
                new SpaceMessage.Disk(total * GIB, free * GIB, 20 * GIB, null, null),
                growth,
                LocalDate.parse("2027-03-14"),
                new SpaceMessage.Change(growth, growth / 3),
                1_100 * GIB,
                free < 10,
                Stream.of("photos", "documents-of-the-whole-company-and-its-subsidiaries", "mail")
                        .map(name ->
                                new SpaceMessage.Bucket(name, 30 * GIB * name.length(), (long) name.length() << 20))
                        .toList(),
                history(free, growth));
    }

    /** Ninety days that led there. */
    private static List<SpaceMessage.Day> history(long free, long growth) {
        return IntStream.rangeClosed(0, 90)
                .mapToObj(day -> new SpaceMessage.Day(
                        LocalDate.ofInstant(NOW, ZoneOffset.UTC).minusDays(90L - day),
                        1_100 * GIB - (90L - day) * growth,
                        day < 30 ? null : free * GIB + (90L - day) * growth))
                .toList();
    }

    static RetentionState removing() {
        return new RetentionState(
                "r1",
                Trigger.SCHEDULE,
                NOW,
                NOW,
                RunPhase.COMMITTING,
                new RetentionRecord.What(false, null),
                new RetentionRecord.Outcome(34, 966, 217, 966 * GIB, null, List.of()));
    }

    /** The end of a removal. */
    static RetentionRecord removed() {
        return new RetentionRecord(
                "r0",
                Trigger.SCHEDULE,
                NOW,
                new RunEnd(RunResult.SUCCESS, NOW, 1, "1 snapshot removed."),
                new RetentionRecord.What(false, null),
                new RetentionRecord.Outcome(34, 1, 1, GIB, NOW, List.of()));
    }
}
