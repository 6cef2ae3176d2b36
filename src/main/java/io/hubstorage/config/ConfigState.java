package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.BrokenFile;
import io.hubstorage.bus.ConfigMessage.Current;
import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything in force at one moment; replaced whole.
 *
 * @param document the last good content of {@code config.json}
 * @param config what it means, with what the command line says otherwise
 * @param hash names what is on disk, good or not, so that a save can say what it replaces
 */
record ConfigState(
        Variables variables, ConfigDocument document, HubConfig config, String hash, Instant since, Faults faults) {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigState.class);
    private static final String DEFAULT_LOG_FILE = "status.log";

    /**
     * @param atStart decides for good what the program was built around
     * @param settings what the two say
     */
    record Variables(Environment atStart, Environment now, Settings settings) {
        /** Those that say where a named account is and how it is asked. */
        private static final Pattern OF_ACCOUNT =
                Pattern.compile("\\w+_AWS_(ENDPOINT_URL|ENDPOINT_URL_S3|REGION|DEFAULT_REGION|PROFILE)");

        /**
         * After an edit of {@code .env} or of a secret's file; one line is logged for what is in force now, one for what needs a
         * restart. Other programs' variables are passed over.
         *
         * @throws ConfigException when they are not valid
         */
        Variables changedTo(Environment fresh) {
            Settings all = fresh.settings();
            StringJoiner changes = new StringJoiner("; ");
            Set<String> later = new TreeSet<>();
            Set<String> seeds = new TreeSet<>();
            for (String name : now.changedNames(fresh)) {
                if (isReloadable(name)) {
                    changes.add("%s %s → %s".formatted(name, show(name, now.get(name)), show(name, fresh.get(name))));
                } else if (name.startsWith("BACKUP_")) {
                    seeds.add(name);
                } else if (name.startsWith("HUBSTORAGE_") || name.equals("DOCKER_MODE")) {
                    later.add(name);
                }
            }
            if (changes.length() > 0) {
                LOG.info("{} changed: {}", fresh.dotenv(), changes);
            }
            if (!later.isEmpty()) {
                LOG.warn("{} changed: {} takes effect after a restart", fresh.dotenv(), String.join(", ", later));
            }
            if (!seeds.isEmpty()) {
                LOG.warn(
                        "{} changed: {} only fills a config.json that does not exist yet; edit config.json instead",
                        fresh.dotenv(),
                        String.join(", ", seeds));
            }
            return new Variables(atStart, fresh, settings.with(all.aws()).withSignIn(signIn(all.web(), fresh)));
        }

        /** The proxies that are believed stay those of the start: a header that was set for others must not count from them. */
        private Settings.Web.Login signIn(Settings.Web web, Environment fresh) {
            Settings.Web.Login login = web.login();
            ProxyUserSettings user = login.proxyUser();
            if (user == null || web.trustedProxies().equals(settings.web().trustedProxies())) {
                return login;
            }
            LOG.warn(
                    "{}: HUBSTORAGE_TRUSTED_PROXIES is not what it was at the start, so nobody comes in by {} until"
                            + " HubStorage is restarted",
                    fresh.dotenv(),
                    user.userHeader());
            return new Settings.Web.Login(login.off(), login.idle(), login.openId(), null);
        }

        /** Access to S3, secrets, and who vouches for whom take effect at once. */
        private static boolean isReloadable(String name) {
            if (name.equals("HUBSTORAGE_CLUSTER_SECRET")) {
                return false;
            }
            return name.startsWith("AWS_")
                    || OF_ACCOUNT.matcher(name).matches()
                    || name.equals("HUBSTORAGE_S3_PATH_STYLE")
                    || name.startsWith("HUBSTORAGE_OIDC_")
                    || name.startsWith("HUBSTORAGE_PROXY_")
                    || Secrets.isVariable(name);
        }

        private static String show(String name, @Nullable String value) {
            if (value == null) {
                return "(not set)";
            }
            return Secrets.isVariable(name) ? Secrets.HIDDEN : Secrets.show(value);
        }
    }

    /**
     * @param config why the {@code config.json} on disk is not in force
     * @param env why the {@code .env} on disk is not in force
     * @param setAside where the last save put a broken {@code config.json} that it replaced
     */
    record Faults(
            @Nullable BrokenFile config,
            @Nullable BrokenFile env,
            @Nullable Path setAside) {}

    static ConfigState of(
            Environment env,
            Settings settings,
            ConfigLoader.Found found,
            UnaryOperator<HubConfig> override,
            Instant now) {
        return new ConfigState(
                new Variables(env, env, settings),
                found.document(),
                override.apply(found.document().config()),
                found.hash(),
                now,
                new Faults(found.broken(), null, null));
    }

    ConfigState with(ConfigDocument other, HubConfig meaning, Instant now) {
        return new ConfigState(variables, other, meaning, other.hash(), now, new Faults(null, faults.env, null));
    }

    ConfigState withSetAside(Path where) {
        return with(hash, new Faults(faults.config, faults.env, where));
    }

    /**
     * With a {@code config.json} on disk that cannot be put in force.
     *
     * @param reason as {@link BrokenFile#reason}
     */
    ConfigState withBroken(Path file, String newHash, String reason, List<Problem> problems, Instant now) {
        BrokenFile before = faults.config;
        BrokenFile why = new BrokenFile(
                file.toString(),
                reason,
                problems,
                before == null ? now : before.since(),
                before == null ? since : before.inForceSince(),
                before == null ? null : before.copy());
        return with(newHash, new Faults(why, faults.env, faults.setAside));
    }

    ConfigState withVariables(Variables others) {
        return new ConfigState(others, document, config, hash, since, new Faults(faults.config, null, faults.setAside));
    }

    /** With a {@code .env} on disk that cannot be put in force. */
    ConfigState withBrokenVariables(Path file, List<Problem> problems, Instant now) {
        BrokenFile before = faults.env;
        BrokenFile why = new BrokenFile(
                file.toString(), "is not valid", problems, before == null ? now : before.since(), since, null);
        return with(hash, new Faults(faults.config, why, faults.setAside));
    }

    private ConfigState with(String newHash, Faults others) {
        return new ConfigState(variables, document, config, newHash, since, others);
    }

    /** The environment's settings, completed from {@code config.json} where the environment is silent. */
    Settings settings() {
        Settings fixed = variables.settings;
        Settings.Aws aws = fixed.aws();
        return new Settings(
                fixed.dockerMode(),
                fixed.configFile(),
                dataPath(),
                logPath(),
                fixed.web(),
                aws.profile() != null ? aws : aws.withProfile(config.overruled().awsProfile()),
                fixed.writing(),
                fixed.hooks(),
                fixed.tls());
    }

    /**
     * Access to a named account; null where the configuration has none of that name.
     *
     * @throws ConfigException when one of its variables is wrong
     */
    Settings.@Nullable Aws aws(String name) {
        HubConfig.Account account = config.selection().accounts().get(name);
        return account == null
                ? null
                : SettingsReader.account(
                        variables.now, name, account, variables.settings.aws().trustStore());
    }

    Path logFile() {
        String file = config.logging().file();
        Path name = file == null ? null : VariableReader.path(file).getFileName();
        return logPath().resolve(name == null ? DEFAULT_LOG_FILE : name.toString());
    }

    Current current() {
        List<BrokenFile> files = Stream.concat(Stream.ofNullable(faults.config), Stream.ofNullable(faults.env))
                .toList();
        return new Current(document.json().copy(), hash, locked(), warnings(), files);
    }

    private Path dataPath() {
        String named = config.overruled().localBasePath();
        return named == null || isFixed("HUBSTORAGE_DATA_PATH")
                ? variables.settings.dataPath()
                : VariableReader.path(named);
    }

    /** The folder of {@code logging.file}; a bare file name says nothing about the folder. */
    private Path logPath() {
        String file = config.logging().file();
        Path folder =
                file == null || isFixed("HUBSTORAGE_LOG_PATH") || Path.of(file).getParent() == null
                        ? null
                        : VariableReader.path(file).getParent();
        return folder == null ? variables.settings.logPath() : folder;
    }

    private boolean isFixed(String name) {
        return variables.atStart.get(name) != null;
    }

    private JsonObject locked() {
        Settings fixed = variables.settings;
        JsonObject locked = new JsonObject();
        lock(locked, "HUBSTORAGE_WEB_HOST", "web_host", fixed.web().host());
        lock(locked, "HUBSTORAGE_WEB_PORT", "web_port", fixed.web().port());
        lock(locked, "HUBSTORAGE_DATA_PATH", "data_path", fixed.dataPath().toString());
        lock(locked, "HUBSTORAGE_CONFIG_PATH", "config_path", fixed.configFile().toString());
        lock(locked, "HUBSTORAGE_LOG_PATH", "log_path", fixed.logPath().toString());
        if (fixed.aws().endpoint() != null) {
            locked.put("endpoint", fixed.aws().endpoint().toString());
        }
        if (variables.now.get("AWS_REGION") != null || variables.now.get("AWS_DEFAULT_REGION") != null) {
            locked.put("region", fixed.aws().region());
        }
        return locked;
    }

    private void lock(JsonObject locked, String variable, String name, Object value) {
        if (isFixed(variable)) {
            locked.put(name, value);
        }
    }

    private List<String> warnings() {
        List<String> all = new ArrayList<>();
        if (faults.config != null) {
            all.add(faults.config.sentence() + ' ' + faults.config.instead());
        }
        if (faults.env != null) {
            all.add(faults.env.sentence()
                    + " The variables read before stay in force; a restart would refuse to start.");
        }
        if (faults.setAside != null) {
            all.add("The config.json that could not be used was kept as %s when it was replaced"
                    .formatted(faults.setAside));
        }
        all.addAll(variables.now.warnings());
        all.addAll(document.warnings());
        all.addAll(Seed.overruled(variables.now, document.json()));
        String named = config.overruled().localBasePath();
        if (named != null && !VariableReader.path(named).equals(dataPath())) {
            all.add("local_base_path has no effect: HUBSTORAGE_DATA_PATH is set, to %s".formatted(dataPath()));
        }
        String profile = config.overruled().awsProfile();
        if (profile != null && !profile.equals(settings().aws().profile())) {
            all.add("aws_profile has no effect: AWS_PROFILE is set, to %s"
                    .formatted(settings().aws().profile()));
        }
        config.selection().accounts().keySet().forEach(name -> wrong(name).ifPresent(all::add));
        return List.copyOf(all);
    }

    /** What is wrong with the variables of an account. */
    private Optional<String> wrong(String account) {
        try {
            var _ = aws(account);
            return Optional.empty();
        } catch (ConfigException e) {
            return Optional.of("The account %s cannot be used. %s".formatted(account, e.getMessage()));
        }
    }
}
