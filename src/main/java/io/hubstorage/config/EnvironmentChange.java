package io.hubstorage.config;

import java.nio.file.Path;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an edit of {@code .env} or of a secret's file changes while the program runs, and what has to wait. */
record EnvironmentChange(Environment before, Environment after, Set<String> names) {
    private static final Logger LOG = LoggerFactory.getLogger(EnvironmentChange.class);

    static EnvironmentChange between(Environment before, Environment after) {
        return new EnvironmentChange(before, after, before.changedNames(after));
    }

    /** Access to S3 and secrets take effect at once; what the program was built around at the start does not. */
    private static boolean isReloadable(String name) {
        return name.startsWith("AWS_") || name.equals("HUBSTORAGE_S3_PATH_STYLE") || Secrets.isVariable(name);
    }

    Settings reloadable(Settings old, Settings fresh) {
        return new Settings(old.dockerMode(), old.configFile(), old.dataPath(), old.logPath(), old.web(), fresh.aws());
    }

    /** One line for what is in force now, one for what needs a restart; other programs' variables are passed over. */
    void log(Path dotenv) {
        StringJoiner now = new StringJoiner("; ");
        Set<String> later = new TreeSet<>();
        Set<String> seeds = new TreeSet<>();
        for (String name : names) {
            if (isReloadable(name)) {
                now.add("%s %s → %s".formatted(name, show(name, before.get(name)), show(name, after.get(name))));
            } else if (name.startsWith("BACKUP_")) {
                seeds.add(name);
            } else if (name.startsWith("HUBSTORAGE_") || name.equals("DOCKER_MODE")) {
                later.add(name);
            }
        }
        if (now.length() > 0) {
            LOG.info("{} changed: {}", dotenv, now);
        }
        if (!later.isEmpty()) {
            LOG.warn("{} changed: {} takes effect after a restart", dotenv, String.join(", ", later));
        }
        if (!seeds.isEmpty()) {
            LOG.warn(
                    "{} changed: {} only fills a config.json that does not exist yet; edit config.json instead",
                    dotenv,
                    String.join(", ", seeds));
        }
    }

    private static String show(String name, @Nullable String value) {
        if (value == null) {
            return "(not set)";
        }
        return Secrets.isVariable(name) ? Secrets.HIDDEN : Secrets.show(value);
    }
}
