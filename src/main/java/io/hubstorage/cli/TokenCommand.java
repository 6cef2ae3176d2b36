package io.hubstorage.cli;

import io.hubstorage.web.auth.ApiToken;
import io.hubstorage.web.auth.AuditFile;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.auth.TokenStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The tokens that programs come in by. Works on the file, beside a running service or without one. */
@Command(
        name = "token",
        description = {
            "Make, list or revoke tokens for programs that use the API or the event bus.",
            "",
            "A token is printed once; HubStorage keeps only its digest. A running HubStorage takes a change within",
            "some seconds, and ends what goes on with a token that was revoked."
        },
        footer = {
            "  java -jar hubstorage.jar token create grafana --role viewer --expires-days 365",
            "  java -jar hubstorage.jar token list",
            "  java -jar hubstorage.jar token revoke 5f0c2a91"
        })
final class TokenCommand extends CliCommand {
    @Mixin
    private final ConfigOptions.Data options = new ConfigOptions.Data();

    @Option(names = "--json", description = "Print JSON")
    private boolean json;

    @Option(
            names = "--role",
            paramLabel = "viewer|operator|admin",
            description = "With 'create', what it may do; 'viewer' if absent")
    private @Nullable String role;

    @Option(
            names = "--expires-days",
            paramLabel = "<days>",
            description = "With 'create', how long it lasts; for ever if absent")
    private @Nullable Integer expiresDays;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "create|list|revoke",
            description = "What to do; 'list' if absent")
    private @Nullable Action action;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "<name or id>",
            description = "What to call a new one, or the id of the one to revoke")
    private @Nullable String which;

    /** Spelled as on the command line. */
    @SuppressWarnings("JavaCase")
    enum Action {
        create,
        list,
        revoke
    }

    /** As the API answers. */
    private record Listing(List<ApiToken.Shown> tokens) {}

    private record Created(String token, ApiToken.Shown made) {}

    TokenCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException {
        Path folder = options.configFolder(program);
        TokenStore store = new TokenStore(folder, program.clock());
        Action asked = action == null ? Action.list : action;
        if (asked != Action.create && (role != null || expiresDays != null)) {
            throw usage("--role and --expires-days are for 'token create'");
        }
        switch (asked) {
            case create -> create(store, folder);
            case revoke -> revoke(store, folder);
            case list -> list(store);
        }
        return ExitCode.OK;
    }

    private void create(TokenStore store, Path folder) throws IOException {
        String name = which;
        if (name == null || !TokenStore.isName(name)) {
            throw usage("'token create' takes a name: " + TokenStore.allowedNames());
        }
        String word = role == null ? Role.VIEWER.word() : role;
        Role may = Role.of(word).orElseThrow(() -> usage("--role is viewer, operator or admin"));
        Integer days = expiresDays;
        if (days != null && (days < 1 || days > TokenStore.MOST_DAYS)) {
            throw usage("--expires-days is 1 to %d".formatted(TokenStore.MOST_DAYS));
        }
        Instant expires = days == null ? null : program.clock().instant().plus(Duration.ofDays(days));
        TokenStore.Made made;
        try {
            made = store.create(name, may, expires);
        } catch (IllegalStateException e) {
            throw usage("no token was made: " + e.getMessage());
        }
        tell(folder, "tokens.create", "name %s, role %s".formatted(name, may.word()));
        if (json) {
            printJson(new Created(made.text(), made.token().shown()));
        } else {
            out().println(made.text());
            err().printf(
                            "The token %s (%s, %s) is shown this once.%n",
                            made.token().id(), may.word(), expires == null ? "never expires" : "until " + expires);
        }
    }

    private void revoke(TokenStore store, Path folder) throws IOException {
        String id = which;
        if (id == null) {
            throw usage("'token revoke' takes the id of a token, as 'token list' has it");
        }
        Optional<ApiToken> revoked = store.revoke(id);
        if (revoked.isEmpty()) {
            throw usage("there is no token of the id " + Table.printable(id));
        }
        tell(
                folder,
                "tokens.revoke",
                "id %s, name %s".formatted(id, revoked.get().name()));
        err().printf("Revoked %s.%n", Table.printable(revoked.get().name()));
    }

    private void list(TokenStore store) throws IOException {
        if (which != null) {
            throw usage("'token list' takes no name");
        }
        List<ApiToken.Shown> tokens = store.list().stream().map(ApiToken::shown).toList();
        if (json) {
            printJson(new Listing(tokens));
            return;
        }
        if (tokens.isEmpty()) {
            out().println("There is no token.");
            return;
        }
        Table table = new Table(5, "ID", "NAME", "ROLE", "EXPIRES", "LAST USED");
        tokens.forEach(token -> table.line(
                token.id(),
                Table.printable(token.name()),
                token.role(),
                token.expiresAt() == null ? "never" : token.expiresAt().toString(),
                token.lastUsedAt() == null ? "never" : token.lastUsedAt().toString()));
        table.text().forEach(out()::println);
    }

    /** The change is made; a disk that takes no line more undoes nothing of it. */
    private void tell(Path folder, String what, String subject) {
        try {
            new AuditFile(folder, program.clock()).appendCommand(what, subject);
        } catch (IOException e) {
            err().printf("The audit log cannot be written: %s%n", e.getMessage());
        }
    }
}
