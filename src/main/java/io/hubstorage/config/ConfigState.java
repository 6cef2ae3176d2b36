package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.BrokenFile;
import io.hubstorage.bus.ConfigMessage.Current;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything in force at one moment; replaced whole.
 *
 * @param atStart the environment at the start, which decides for good what it fixes
 * @param env the environment in force
 * @param fixed what the environment says
 * @param json the last good content of {@code config.json}
 * @param config the same, read
 * @param hash names what is on disk, good or not, so that a save can say what it replaces
 * @param oddities what the parser warned about
 * @param broken why the file on disk is not in force
 * @param envBroken why the {@code .env} on disk is not in force
 * @param setAside where the last save put a broken file that it replaced
 * @param since when this configuration came into force
 */
record ConfigState(
        Environment atStart,
        Environment env,
        Settings fixed,
        JsonObject json,
        HubConfig config,
        String hash,
        List<String> oddities,
        @Nullable BrokenFile broken,
        @Nullable BrokenFile envBroken,
        @Nullable Path setAside,
        Instant since) {

    private static final String DEFAULT_LOG_FILE = "status.log";

    ConfigState withConfig(JsonObject newJson, HubConfig newConfig, String newHash, List<String> odd, Instant now) {
        return new ConfigState(atStart, env, fixed, newJson, newConfig, newHash, odd, null, envBroken, null, now);
    }

    ConfigState withSetAside(@Nullable Path where) {
        return new ConfigState(atStart, env, fixed, json, config, hash, oddities, broken, envBroken, where, since);
    }

    ConfigState withBroken(String newHash, BrokenFile why) {
        return new ConfigState(atStart, env, fixed, json, config, newHash, oddities, why, envBroken, setAside, since);
    }

    ConfigState withEnvironment(Environment newEnv, Settings newFixed) {
        return new ConfigState(atStart, newEnv, newFixed, json, config, hash, oddities, broken, null, setAside, since);
    }

    ConfigState withEnvironmentBroken(BrokenFile why) {
        return new ConfigState(atStart, env, fixed, json, config, hash, oddities, broken, why, setAside, since);
    }

    /** The environment's settings, completed from {@code config.json} where the environment is silent. */
    Settings settings() {
        Settings.Aws aws = fixed.aws();
        return new Settings(
                fixed.dockerMode(),
                fixed.configFile(),
                dataPath(),
                logPath(),
                fixed.web(),
                aws.profile() != null ? aws : aws.withProfile(config.overruled().awsProfile()));
    }

    Path logFile() {
        String file = config.logging().file();
        Path name = file == null ? null : SettingsReader.path(file).getFileName();
        return logPath().resolve(name == null ? DEFAULT_LOG_FILE : name.toString());
    }

    Current current() {
        List<BrokenFile> files = new ArrayList<>();
        if (broken != null) {
            files.add(broken);
        }
        if (envBroken != null) {
            files.add(envBroken);
        }
        return new Current(json.copy(), hash, locked(), warnings(), files);
    }

    private Path dataPath() {
        String named = config.overruled().localBasePath();
        return named == null || isFixed("HUBSTORAGE_DATA_PATH") ? fixed.dataPath() : SettingsReader.path(named);
    }

    /** The folder of {@code logging.file}; a bare file name says nothing about the folder. */
    private Path logPath() {
        String file = config.logging().file();
        if (file == null || isFixed("HUBSTORAGE_LOG_PATH") || Path.of(file).getParent() == null) {
            return fixed.logPath();
        }
        Path folder = SettingsReader.path(file).getParent();
        return folder == null ? fixed.logPath() : folder;
    }

    private boolean isFixed(String name) {
        return atStart.get(name) != null;
    }

    private JsonObject locked() {
        JsonObject locked = new JsonObject();
        lock(locked, "HUBSTORAGE_WEB_HOST", "web_host", fixed.web().host());
        lock(locked, "HUBSTORAGE_WEB_PORT", "web_port", fixed.web().port());
        lock(locked, "HUBSTORAGE_DATA_PATH", "data_path", fixed.dataPath().toString());
        lock(locked, "HUBSTORAGE_CONFIG_PATH", "config_path", fixed.configFile().toString());
        lock(locked, "HUBSTORAGE_LOG_PATH", "log_path", fixed.logPath().toString());
        if (fixed.aws().endpoint() != null) {
            locked.put("endpoint", fixed.aws().endpoint().toString());
        }
        if (env.get("AWS_REGION") != null || env.get("AWS_DEFAULT_REGION") != null) {
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
        if (broken != null) {
            all.add(broken.sentence() + ' ' + broken.instead());
        }
        if (envBroken != null) {
            all.add(envBroken.sentence()
                    + " The variables read before stay in force; a restart would refuse to start.");
        }
        if (setAside != null) {
            all.add("The config.json that could not be used was kept as %s when it was replaced".formatted(setAside));
        }
        all.addAll(env.warnings());
        all.addAll(oddities);
        all.addAll(Seed.overruled(env, json));
        String named = config.overruled().localBasePath();
        if (named != null && !SettingsReader.path(named).equals(dataPath())) {
            all.add("local_base_path has no effect: HUBSTORAGE_DATA_PATH is set, to %s".formatted(dataPath()));
        }
        String profile = config.overruled().awsProfile();
        if (profile != null && !profile.equals(settings().aws().profile())) {
            all.add("aws_profile has no effect: AWS_PROFILE is set, to %s"
                    .formatted(settings().aws().profile()));
        }
        return List.copyOf(all);
    }
}
