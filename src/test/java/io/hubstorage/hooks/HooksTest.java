package io.hubstorage.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.bus.Drilling;
import io.hubstorage.bus.HookOutcome;
import io.hubstorage.bus.HookOutcome.Result;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.Repairing;
import io.hubstorage.bus.Replicating;
import io.hubstorage.bus.Restoring;
import io.hubstorage.bus.Retaining;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.Trigger;
import io.hubstorage.bus.Verifying;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.Environment;
import io.hubstorage.config.HubConfig;
import io.hubstorage.jobs.JobHooks;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hooks as real processes and real requests. */
@ExtendWith(VertxExtension.class)
@Timeout(120)
final class HooksTest {
    private static final Instant T0 = Instant.parse("2026-11-27T02:00:00Z");
    /** Those of the first column of the tables in docs/hooks.md. */
    private static final Pattern DOCUMENTED = Pattern.compile("(?m)^\\| `(HUBSTORAGE_\\w+|PATH|LANG)`");

    @TempDir
    Path home;

    private final Map<String, String> variables = new HashMap<>();
    private Path folder;
    private Vertx vertx;

    @BeforeEach
    void make(Vertx started) throws IOException {
        vertx = started;
        home = home.toRealPath();
        folder = Files.createDirectory(home.resolve("hooks"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        variables.put("HUBSTORAGE_HOOKS_PATH", folder.toString());
        variables.put("HUBSTORAGE_DATA_PATH", home.resolve("data").toString());
        variables.put("HUBSTORAGE_LOG_PATH", home.resolve("logs").toString());
        variables.put("AWS_SECRET_ACCESS_KEY", "a-secret-that-no-hook-sees");
        variables.put("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
    }

    private void script(String... lines) throws IOException {
        Path file = folder.resolve("hook.sh");
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private JobHooks.Hook hook(String when, String members) {
        return hook(JobKind.BACKUP, when, members);
    }

    private JobHooks.Hook hook(JobKind kind, String when, String members) {
        JsonObject hook = new JsonObject(members)
                .put("name", "my \"hook\"")
                .put("when", when)
                .put("jobs", JsonArray.of(kind.word()));
        HubConfig config = ConfigParser.parse(JsonObject.of("hooks", JsonArray.of(hook)));
        Environment environment = Environment.load(variables, home.resolve(".env"));
        Hooks.InForce inForce = new Hooks.InForce(config, environment, environment.settings(), home.resolve("data"));
        List<? extends JobHooks.Hook> found = new Hooks(() -> inForce, vertx, InstantSource.fixed(T0)).of(kind);
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private static HookOutcome run(JobHooks.Hook hook) {
        return hook.run(job(JobKind.BACKUP, RunResult.SUCCESS), () -> false);
    }

    private static JobRecord job(JobKind kind, RunResult result) {
        RunEnd end = new RunEnd(result, result.ended() ? T0.plusSeconds(60) : null, 1, "two\nlines");
        return switch (kind) {
            case BACKUP ->
                new RunRecord(
                        new RunStart("j1", Trigger.SCHEDULE, false, true, T0),
                        end,
                        new RunRecord.CurrentSnapshot("hublink_20261127020000", true, null),
                        List.of(),
                        List.of());
            case RESTORE -> Restoring.record("j1", T0, end);
            case DRILL -> Drilling.record("j1", T0, end);
            case VERIFY -> Verifying.record("j1", T0, end);
            case REPAIR -> Repairing.record("j1", T0, end);
            case RETENTION -> Retaining.record("j1", T0, end);
            case REPLICATION -> Replicating.record("j1", T0, end);
        };
    }

    private Map<String, String> environmentOf(JobKind kind, String when) throws IOException {
        Path out = home.resolve("out");
        // The shell adds variables of its own, so it is asked for what it was given.
        script("tr '\\0' '\\n' </proc/$$/environ >" + out);
        HookOutcome outcome = hook(kind, when, "{\"run\": \"hook.sh\"}")
                .run(job(kind, when.equals("after") ? RunResult.PARTIAL : RunResult.RUNNING), () -> false);
        assertThat(outcome.problem()).isNull();
        Map<String, String> found = new HashMap<>();
        Files.readAllLines(out)
                .forEach(line -> found.put(line.replaceFirst("=.*", ""), line.replaceFirst("^\\w+=", "")));
        return found;
    }

    @Test
    void aCommandHasTheEnvironmentThatIsDocumentedAndNoOther() throws IOException {
        assumeTrue(Files.isReadable(Path.of("/proc/self/environ")), "only Linux tells a process's environment");
        TreeSet<String> documented = new TreeSet<>();
        Matcher names = DOCUMENTED.matcher(Files.readString(Path.of("docs/hooks.md")));
        while (names.find()) {
            documented.add(names.group(1));
        }

        Map<String, String> after = environmentOf(JobKind.RESTORE, "after");

        assertThat(after.keySet()).isEqualTo(documented);
        assertThat(after)
                .containsEntry("HUBSTORAGE_HOOK", "my \"hook\"")
                .containsEntry("HUBSTORAGE_WHEN", "after")
                .containsEntry("HUBSTORAGE_JOB_KIND", "restore")
                .containsEntry("HUBSTORAGE_JOB_ID", "j1")
                .containsEntry("HUBSTORAGE_JOB_TRIGGER", "cli")
                .containsEntry("HUBSTORAGE_JOB_STARTED", "2026-11-27T02:00:00Z")
                .containsEntry("HUBSTORAGE_DATA_PATH", home.resolve("data").toString())
                .containsEntry("HUBSTORAGE_JOB_RESULT", "partial")
                .containsEntry("HUBSTORAGE_JOB_FINISHED", "2026-11-27T02:01:00Z")
                .containsEntry("HUBSTORAGE_JOB_MESSAGE", "two lines")
                .containsEntry("HUBSTORAGE_SNAPSHOT", "hublink_20261127060000")
                .containsEntry("HUBSTORAGE_TARGET", "/mnt/back");
    }

    @ParameterizedTest
    @EnumSource
    void everyKindOfJobIsToldOfBeforeAndAfter(JobKind kind) throws IOException {
        assumeTrue(Files.isReadable(Path.of("/proc/self/environ")), "only Linux tells a process's environment");

        Map<String, String> before = environmentOf(kind, "before");
        Map<String, String> after = environmentOf(kind, "after");

        assertThat(before)
                .containsEntry("HUBSTORAGE_JOB_KIND", kind.word())
                .containsEntry("HUBSTORAGE_WHEN", "before")
                .doesNotContainKeys("HUBSTORAGE_JOB_RESULT", "HUBSTORAGE_DONE", "HUBSTORAGE_FAILED");
        assertThat(after)
                .containsEntry("HUBSTORAGE_JOB_RESULT", "partial")
                .containsKeys("HUBSTORAGE_DONE", "HUBSTORAGE_DONE_BYTES", "HUBSTORAGE_FAILED");
        assertThat(Optional.ofNullable(after.get("HUBSTORAGE_SNAPSHOT")).isPresent())
                .isEqualTo(kind == JobKind.BACKUP || kind == JobKind.RESTORE || kind == JobKind.DRILL);
        assertThat(after.values()).noneMatch(value -> value.contains("a-secret"));
    }

    @Test
    void itHasNothingToReadAndStandsNotInTheDataFolder() throws IOException {
        script("read -r line || echo \"nothing to read in $(pwd)\"");

        assertThat(run(hook("after", "{\"run\": \"hook.sh\"}")).said())
                .isEqualTo("nothing to read in "
                        + Path.of(System.getProperty("java.io.tmpdir")).toRealPath());
    }

    @Test
    void theLastLineAndTheExitCodeSayWhatWentWrong() throws IOException {
        script("echo trying", "printf 'mount: /dev/sdb1\\033[0m is a-secret-that-no-hook-sees\\n\\n' >&2", "exit 3");

        HookOutcome outcome = run(hook("before", "{\"run\": \"hook.sh\"}"));

        assertThat(outcome.result()).isEqualTo(Result.FAILED);
        assertThat(outcome.problem()).isEqualTo("exit code 3");
        assertThat(outcome.said()).isEqualTo("mount: /dev/sdb1 [0m is (not shown)");
    }

    @Test
    void whatCannotBeRunSaysWhy() throws IOException {
        assertThat(run(hook("before", "{\"run\": \"gone.sh\"}")).problem()).contains("gone.sh does not exist");

        Path file = folder.resolve("hook.sh");
        Files.writeString(file, "#!/no/such/shell\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        HookOutcome outcome = run(hook("before", "{\"run\": \"hook.sh\"}"));
        assertThat(outcome.result()).isEqualTo(Result.FAILED);
        assertThat(outcome.problem()).contains("what its first line names (#!…) does not exist here");

        variables.remove("HUBSTORAGE_HOOKS_PATH");
        assertThat(run(hook("before", "{\"run\": \"hook.sh\"}")).problem())
                .startsWith("HUBSTORAGE_HOOKS_PATH is not set");
    }

    @Test
    void aFloodOfOutputNeitherFillsTheLogNorHoldsTheHookUp() throws IOException {
        script("yes 'a line of some length, again and again' | head -c 30000000", "echo", "echo the end");
        List<String> lines = new CopyOnWriteArrayList<>();
        HookProcess process =
                new HookProcess(folder.resolve("hook.sh"), Map.of("PATH", "/usr/bin:/bin"), Duration.ofSeconds(100));

        HookProcess.End end = process.run(() -> false, lines::add);

        assertThat(end.problem()).isNull();
        assertThat(end.said()).isEqualTo("the end");
        assertThat(lines).hasSize(HookOutput.LINES + 1).last().isEqualTo("(it prints more, which is not kept)");
    }

    @Test
    void aLineWithoutEndTakesNoMemory() throws IOException {
        script("head -c 30000000 /dev/zero | tr '\\0' x");

        assertThat(run(hook("after", "{\"run\": \"hook.sh\"}")).said()).hasSize(HookOutput.LONGEST);
    }

    @Test
    void whoHangsIsKilledInTimeWithAllThatItHasStarted() throws IOException {
        Path pids = home.resolve("pids");
        // One child, one whose parent has ended, and none of them heeds a kind word.
        script(
                "trap '' TERM",
                "(trap '' TERM; sleep 1000) &",
                "echo $! >>" + pids,
                "(sh -c 'trap \"\" TERM; echo $$ >>" + pids + "; sleep 1000' &)",
                "echo $$ >>" + pids,
                "echo it hangs",
                "while :; do sleep 1000; done");

        HookOutcome outcome = run(hook("before", "{\"run\": \"hook.sh\", \"timeout_seconds\": 2}"));

        assertThat(outcome.result()).isEqualTo(Result.TIMED_OUT);
        assertThat(outcome.problem()).isEqualTo("no end within 2 s");
        assertThat(outcome.said()).isEqualTo("it hangs");
        assertThat(Files.readAllLines(pids)).hasSize(3).allSatisfy(pid -> await().until(() -> !isAlive(pid)));
    }

    /** A zombie is dead; only nobody has asked for its exit code yet. */
    private static boolean isAlive(String pid) {
        try {
            return !Files.readString(Path.of("/proc", pid.strip(), "stat")).matches("(?s).*\\) Z .*");
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void whoIsToldToStopCanTidyUp() throws IOException {
        Path tidied = home.resolve("tidied");
        Path begun = home.resolve("begun");
        script("trap 'touch " + tidied + "; exit 0' TERM", "touch " + begun, "while :; do sleep 0.1; done");
        AtomicBoolean stop = new AtomicBoolean();
        JobHooks.Hook hook = hook("before", "{\"run\": \"hook.sh\"}");
        CompletableFuture<HookOutcome> outcome = CompletableFuture.supplyAsync(
                () -> hook.run(job(JobKind.BACKUP, RunResult.RUNNING), stop::get), task -> new Thread(task).start());
        await().until(() -> Files.exists(begun));

        stop.set(true);

        assertThat(outcome.join().result()).isEqualTo(Result.STOPPED);
        assertThat(tidied).exists();
    }

    @Test
    void whatAHookLeavesRunningOnPurposeStaysAndIsNotWaitedFor() throws IOException {
        Path pid = home.resolve("pid");
        script("sleep 1000 &", "echo $! >" + pid, "echo started");

        HookOutcome outcome = run(hook("after", "{\"run\": \"hook.sh\", \"timeout_seconds\": 60}"));

        String left = Files.readString(pid);
        try {
            assertThat(outcome.ok()).isTrue();
            assertThat(outcome.said()).isEqualTo("started");
            assertThat(outcome.millis()).isLessThan(60_000);
            assertThat(isAlive(left)).isTrue();
        } finally {
            ProcessHandle.of(Long.parseLong(left.strip())).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private HttpServer server(int status, List<JsonObject> received) throws Exception {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    received.add(
                            body.toJsonObject().put("method", request.method().name()));
                    request.response()
                            .setStatusCode(status)
                            .putHeader("Location", "http://127.0.0.1:1/elsewhere")
                            .end("said so");
                }))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        variables.put(
                "HUBSTORAGE_HOOK_HOME", "http://127.0.0.1:%d/api/webhook/t0psecret".formatted(server.actualPort()));
        return server;
    }

    @Test
    void anAddressIsToldTheSameAsJson() throws Exception {
        List<JsonObject> received = new CopyOnWriteArrayList<>();
        server(200, received);
        variables.put("HUBSTORAGE_NOTIFY_PRIVATE", "127.0.0.1");

        HookOutcome outcome = run(hook("after", "{\"url_env\": \"HUBSTORAGE_HOOK_HOME\"}"));

        assertThat(outcome.problem()).isNull();
        assertThat(received)
                .singleElement()
                .satisfies(body -> assertThat(body.getMap())
                        .containsEntry("method", "POST")
                        .containsEntry("hook", "my \"hook\"")
                        .containsEntry("when", "after")
                        .containsEntry("job_kind", "backup")
                        .containsEntry("job_result", "success")
                        .containsEntry("snapshot", "hublink_20261127020000")
                        .containsEntry("done", 0));
    }

    @Test
    void whatAnAddressAnswersIsWhyItFailedAndTheAddressIsNotTold() throws Exception {
        List<JsonObject> received = new CopyOnWriteArrayList<>();
        server(302, received);
        variables.put("HUBSTORAGE_NOTIFY_PRIVATE", "127.0.0.1");

        HookOutcome redirected = run(hook("before", "{\"url_env\": \"HUBSTORAGE_HOOK_HOME\"}"));
        assertThat(redirected.result()).isEqualTo(Result.FAILED);
        assertThat(redirected.problem()).contains("HTTP 302, a redirect, which is not followed");
        assertThat(received).hasSize(1);

        server(500, received);
        HookOutcome failed = run(hook("before", "{\"url_env\": \"HUBSTORAGE_HOOK_HOME\"}"));
        assertThat(failed.problem()).isEqualTo("HTTP 500: said so").doesNotContain("t0psecret");
    }

    @Test
    void aPrivateAddressIsReachedOnlyWhereTheOperatorSaysSo() throws Exception {
        List<JsonObject> received = new CopyOnWriteArrayList<>();
        server(200, received);

        HookOutcome outcome = run(hook("before", "{\"url_env\": \"HUBSTORAGE_HOOK_HOME\"}"));

        assertThat(outcome.result()).isEqualTo(Result.FAILED);
        assertThat(outcome.problem()).contains("HUBSTORAGE_NOTIFY_PRIVATE");
        assertThat(received).isEmpty();
        assertThat(run(hook("before", "{\"url_env\": \"HUBSTORAGE_HOOK_GONE\"}"))
                        .problem())
                .startsWith("HUBSTORAGE_HOOK_GONE is not set");
    }

    @Test
    void anAddressThatDoesNotAnswerIsWaitedForNoLongerThanItMay() {
        HttpServer silent = vertx.createHttpServer()
                .requestHandler(_ -> {})
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        variables.put("HUBSTORAGE_HOOK_HOME", "http://127.0.0.1:%d/".formatted(silent.actualPort()));
        variables.put("HUBSTORAGE_NOTIFY_PRIVATE", "127.0.0.1");

        HookOutcome outcome = run(hook("before", "{\"url_env\": \"HUBSTORAGE_HOOK_HOME\", \"timeout_seconds\": 1}"));

        assertThat(outcome.result()).isEqualTo(Result.TIMED_OUT);
        assertThat(outcome.problem()).contains("no answer within 1 s");
    }

    @Test
    void itIsFoundByItsKindOfJobAndOnlyWhereItIsOn() {
        HubConfig config = ConfigParser.parse(new JsonObject("""
            {"hooks": [{"name": "a", "when": "before", "run": "x"},
                       {"name": "b", "when": "after", "jobs": ["drill", "verify"], "run": "x"},
                       {"name": "c", "when": "before", "run": "x", "enabled": false}]}\
            """));
        Environment environment = Environment.load(variables, home.resolve(".env"));
        Hooks hooks = new Hooks(
                () -> new Hooks.InForce(config, environment, environment.settings(), home),
                vertx,
                InstantSource.fixed(T0));

        for (JobKind kind : JobKind.values()) {
            int expected = kind == JobKind.BACKUP || kind == JobKind.DRILL || kind == JobKind.VERIFY ? 1 : 0;
            assertThat(hooks.of(kind)).as(kind.word()).hasSize(expected);
        }
    }
}
