package io.hubstorage.cli;

import io.hubstorage.bus.NotifyMessage.ChannelState;
import io.hubstorage.bus.NotifyMessage.Listing;
import io.hubstorage.bus.NotifyMessage.Outcome;
import io.hubstorage.bus.NotifyMessage.Result;
import io.hubstorage.config.ConfigReading;
import io.hubstorage.config.Environment;
import io.hubstorage.config.HubConfig;
import io.hubstorage.notify.channels.ChannelsVerticle;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Who is told, and whether that works. By itself, beside a running service or without one. */
@Command(
        name = "notify",
        description = {
            "List the channels of notifications, or send a test message by them.",
            "",
            "Works with config.json and .env alone; a running service is not asked."
        },
        footer = {
            "  java -jar hubstorage.jar notify list",
            "  java -jar hubstorage.jar notify test phone",
            "  java -jar hubstorage.jar notify test --all"
        },
        exitCodeList = {
            "0:every message was delivered, or every channel can be used",
            "1:one was not, or cannot; its line says why",
            "2:wrong options or configuration, or no such channel"
        })
final class NotifyCommand extends CliCommand {
    private static final long PATIENCE_SECONDS = 90;

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Option(names = "--json", description = "Print JSON")
    private boolean json;

    @Option(names = "--all", description = "With 'test', every channel, those that are switched off too")
    private boolean all;

    @Parameters(index = "0", arity = "0..1", paramLabel = "list|test", description = "What to do; 'list' if absent")
    private @Nullable Action action;

    @Parameters(index = "1", arity = "0..1", paramLabel = "<name>", description = "Which channel to test")
    private @Nullable String name;

    /** Spelled as on the command line. */
    @SuppressWarnings("JavaCase")
    enum Action {
        list,
        test
    }

    NotifyCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException {
        boolean test = action == Action.test;
        if (test ? (name == null) != all : name != null || all) {
            throw usage(test ? "'notify test' takes the name of a channel, or --all" : "'notify list' takes no more");
        }
        Environment environment = options.environment(program);
        HubConfig.Notify config = ConfigReading.of(environment).config().notifications();
        if (name != null
                && config.channels().stream()
                        .noneMatch(channel -> channel.routing().name().equals(name))) {
            throw usage("no channel is called " + Table.printable(name));
        }
        Vertx vertx = Vertx.vertx();
        try {
            Listing listing = ChannelsVerticle.list(config, environment, vertx, program.clock());
            if (!test) {
                return print(listing);
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (ChannelState channel : listing.channels()) {
                if (all || channel.name().equals(name)) {
                    outcomes.add(ChannelsVerticle.test(config, environment, vertx, program.clock(), channel.name())
                            .await(PATIENCE_SECONDS, TimeUnit.SECONDS));
                }
            }
            return print(outcomes);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IOException("the channel did not answer in time", e);
        } finally {
            vertx.close();
        }
    }

    private ExitCode print(Listing listing) throws IOException {
        List<ChannelState> channels = listing.channels();
        if (json) {
            printJson(listing);
        } else if (channels.isEmpty()) {
            out().println("No channel is configured: nobody is told. See notify.channels in config.json.");
        } else {
            Table table = new Table(3, "CHANNEL", "KIND", "STATE");
            channels.forEach(channel ->
                    table.line(Table.printable(channel.name()), channel.type(), Table.printable(state(channel))));
            table.text().forEach(out()::println);
        }
        return channels.stream().anyMatch(channel -> channel.enabled() && channel.problem() != null)
                ? ExitCode.FAILED
                : ExitCode.OK;
    }

    private static String state(ChannelState channel) {
        String state = channel.problem() == null ? "ready" : channel.problem();
        return channel.enabled() ? state : "off; " + state;
    }

    private ExitCode print(List<Outcome> outcomes) throws IOException {
        if (json) {
            printJson(outcomes);
        } else if (outcomes.isEmpty()) {
            out().println("No channel is configured.");
        } else {
            outcomes.forEach(outcome -> out().println(Table.printable("%s: %s%s"
                    .formatted(
                            outcome.channel(),
                            word(outcome.result()),
                            outcome.said().isBlank() ? "" : " (" + outcome.said() + ")"))));
        }
        return outcomes.stream().allMatch(outcome -> outcome.result() == Result.DELIVERED)
                ? ExitCode.OK
                : ExitCode.FAILED;
    }

    private static String word(Result result) {
        return switch (result) {
            case DELIVERED -> "delivered";
            case TRY_AGAIN -> "not delivered; may work later";
            case REFUSED -> "refused";
        };
    }
}
