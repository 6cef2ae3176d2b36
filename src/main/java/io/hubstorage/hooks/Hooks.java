package io.hubstorage.hooks;

import io.hubstorage.bus.HookOutcome;
import io.hubstorage.bus.HookOutcome.Result;
import io.hubstorage.bus.HookOutcome.When;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.Sizes;
import io.hubstorage.config.Environment;
import io.hubstorage.config.HookConfig;
import io.hubstorage.config.HubConfig;
import io.hubstorage.config.Settings;
import io.hubstorage.jobs.JobHooks;
import io.hubstorage.notify.channels.Channels;
import io.hubstorage.notify.channels.Receipt;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configured hooks: those that run a file of the one folder, and those that tell an address.
 *
 * @param now what is in force, asked for whenever a job begins
 * @param clock of those who sign what they send
 */
public record Hooks(Supplier<InForce> now, Vertx vertx, InstantSource clock) implements JobHooks {
    private static final Logger LOG = LoggerFactory.getLogger(Hooks.class);
    private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();
    private static final int SHORTEST_SECRET = 6;

    /**
     * What hooks depend on.
     *
     * @param data the data folder
     */
    public record InForce(HubConfig config, Environment environment, Settings settings, Path data) {
        private HookFolder folder() {
            return HookFolder.of(settings, config, data);
        }
    }

    @Override
    public List<? extends Hook> of(JobKind kind) {
        InForce inForce = now.get();
        return inForce.config().hooks().stream()
                .filter(hook -> hook.enabled() && hook.jobs().contains(kind))
                .map(hook -> new Configured(hook, inForce))
                .toList();
    }

    /**
     * Runs one as if a job began or had ended, whether or not it is on. Blocks.
     *
     * @param kind what it is told of the job
     * @param log is told each line that it prints
     */
    public HookOutcome test(HookConfig hook, JobKind kind, Consumer<String> log) {
        InForce inForce = now.get();
        HookFacts facts = HookFacts.trial(hook.name(), hook.when(), kind, clock.instant(), inForce.data());
        return new Configured(hook, inForce).run(facts, () -> false, log);
    }

    /** Why a hook could not be run now, as far as that shows without running it. Blocks. */
    public Optional<String> problem(HookConfig hook) {
        InForce inForce = now.get();
        String run = hook.run();
        if (run == null) {
            String variable = String.valueOf(hook.urlEnv());
            return inForce.environment().get(variable) == null
                    ? Optional.of("%s is not set".formatted(variable))
                    : Optional.empty();
        }
        try {
            inForce.folder().find(run);
            return Optional.empty();
        } catch (HookFolder.RefusedException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** One of them, as it was when its job began. */
    private final class Configured implements Hook {
        private final HookConfig hook;
        private final InForce inForce;

        Configured(HookConfig hook, InForce inForce) {
            this.hook = hook;
            this.inForce = inForce;
        }

        @Override
        public When when() {
            return hook.when();
        }

        @Override
        public boolean cancels() {
            return hook.onError() == HookConfig.OnError.CANCEL;
        }

        @Override
        public boolean concerns(JobRecord ended) {
            return hook.results().isEmpty() || hook.results().contains(ended.result());
        }

        @Override
        public HookOutcome run(JobRecord job, BooleanSupplier stop) {
            LOG.info("Hook \"{}\" begins", hook.name());
            HookFacts facts = HookFacts.of(hook.name(), hook.when(), job, inForce.data());
            HookOutcome outcome = run(facts, stop, line -> LOG.info("Hook \"{}\": {}", hook.name(), line));
            if (outcome.ok()) {
                LOG.info(
                        "Hook \"{}\" ended after {}", hook.name(), Sizes.duration(Duration.ofMillis(outcome.millis())));
            } else {
                LOG.warn("{}", outcome.sentence(job.kind().word()));
            }
            return outcome;
        }

        private HookOutcome run(HookFacts facts, BooleanSupplier stop, Consumer<String> log) {
            long begun = System.nanoTime();
            HookProcess.End end;
            try {
                end = stop.getAsBoolean()
                        ? new HookProcess.End(Result.STOPPED, "stopped", "")
                        : hook.run() == null ? post(facts, stop) : execute(hook.run(), facts, stop, log);
            } catch (RuntimeException e) {
                LOG.error("Hook \"{}\" failed in an unforeseen way", hook.name(), e);
                end = new HookProcess.End(Result.FAILED, "internal error: " + e, "");
            }
            long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
            return new HookOutcome(hook.name(), hook.when(), end.result(), millis, end.problem(), masked(end.said()));
        }

        private HookProcess.End execute(String run, HookFacts facts, BooleanSupplier stop, Consumer<String> log) {
            Path program;
            try {
                program = inForce.folder().find(run);
            } catch (HookFolder.RefusedException e) {
                return new HookProcess.End(Result.FAILED, String.valueOf(e.getMessage()), "");
            }
            return new HookProcess(program, facts.environment(), hook.timeout())
                    .run(stop, line -> log.accept(masked(line)));
        }

        /** A request that is stopped is not waited for; it ends by itself, at its deadline at the latest. */
        private HookProcess.End post(HookFacts facts, BooleanSupplier stop) {
            long begun = System.nanoTime();
            Future<Receipt> sent = Channels.post(
                    facts.json(), String.valueOf(hook.urlEnv()), inForce.environment(), vertx, clock, hook.timeout());
            while (!sent.isComplete()) {
                if (stop.getAsBoolean()) {
                    return new HookProcess.End(Result.STOPPED, "stopped", "");
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
            return switch (sent.result()) {
                case Receipt.Delivered(int _, String answer) -> new HookProcess.End(Result.OK, null, answer);
                case Receipt.TryAgain(String why, Duration _) ->
                    new HookProcess.End(
                            System.nanoTime() - begun >= hook.timeout().toNanos() ? Result.TIMED_OUT : Result.FAILED,
                            why,
                            "");
                case Receipt.Refused(String why) -> new HookProcess.End(Result.FAILED, why, "");
            };
        }

        /** What a script prints may be what it was told elsewhere. */
        private String masked(String text) {
            String masked = text;
            for (String secret : inForce.environment().secrets()) {
                if (secret.length() >= SHORTEST_SECRET) {
                    masked = masked.replace(secret, "(not shown)");
                }
            }
            return masked;
        }
    }
}
