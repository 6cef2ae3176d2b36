package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The variables in force: the process environment over {@code .env}. A variable without text counts as not set, in
 * either. A secret may instead be named by {@code <NAME>_FILE}, a file that holds it. Immutable; {@link #reload} reads
 * the files again. Never prints a value.
 */
public final class Environment {
    /** Every name that is read somewhere, what follows BACKUP_* by docker-compose.yml; others that look like ours are warned about. */
    static final Set<String> KNOWN = Set.of("""
        HUBSTORAGE_WEB_PORT HUBSTORAGE_WEB_HOST HUBSTORAGE_CONFIG_PATH HUBSTORAGE_LOG_PATH HUBSTORAGE_DATA_PATH
        HUBSTORAGE_ALLOWED_HOSTS HUBSTORAGE_CACHE_PATH HUBSTORAGE_ENV_FILE HUBSTORAGE_S3_PATH_STYLE HUBSTORAGE_TRUST_STORE_PASSWORD
        HUBSTORAGE_SSE_C_KEY HUBSTORAGE_WEB_PASSWORD HUBSTORAGE_WEB_PASSWORD_HASH HUBSTORAGE_WEB_TOKEN
        HUBSTORAGE_AUTH HUBSTORAGE_SESSION_HOURS HUBSTORAGE_BASE_PATH HUBSTORAGE_TRUSTED_PROXIES
        HUBSTORAGE_OIDC_ISSUER HUBSTORAGE_OIDC_CLIENT_ID HUBSTORAGE_OIDC_CLIENT_SECRET HUBSTORAGE_OIDC_NAME
        HUBSTORAGE_OIDC_SCOPES HUBSTORAGE_OIDC_GROUPS_CLAIM HUBSTORAGE_OIDC_VIEWERS HUBSTORAGE_OIDC_OPERATORS
        HUBSTORAGE_OIDC_ADMINS HUBSTORAGE_OIDC_REDIRECT_URL HUBSTORAGE_OIDC_ALLOW_HTTP
        HUBSTORAGE_PROXY_USER_HEADER HUBSTORAGE_PROXY_GROUPS_HEADER HUBSTORAGE_PROXY_VIEWERS HUBSTORAGE_PROXY_OPERATORS
        HUBSTORAGE_PROXY_ADMINS
        HUBSTORAGE_CORS_ORIGINS HUBSTORAGE_TCP_BRIDGE_HOST HUBSTORAGE_TCP_BRIDGE_PORT DOCKER_MODE
        HUBSTORAGE_TLS HUBSTORAGE_TLS_CERT HUBSTORAGE_TLS_KEY HUBSTORAGE_TLS_REDIRECT_PORT
        HUBSTORAGE_ROLE HUBSTORAGE_CLUSTER HUBSTORAGE_CLUSTER_SECRET HUBSTORAGE_CLUSTER_HOST HUBSTORAGE_CLUSTER_PORT HUBSTORAGE_WORKER_NAME
        HUBSTORAGE_S3_HOST HUBSTORAGE_S3_PORT HUBSTORAGE_S3_ACCESS_KEY_ID HUBSTORAGE_S3_SECRET_ACCESS_KEY
        AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_DEFAULT_REGION AWS_REGION AWS_PROFILE
        AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 AWS_CA_BUNDLE
        RESTORE_AWS_ACCESS_KEY_ID RESTORE_AWS_SECRET_ACCESS_KEY RESTORE_AWS_SESSION_TOKEN RESTORE_AWS_ENDPOINT_URL
        RESTORE_AWS_REGION HUBSTORAGE_RESTORE_PATH HUBSTORAGE_REPLICATION_PATH HUBSTORAGE_NOTIFY_PRIVATE HUBSTORAGE_HOOKS_PATH
        BACKUP_INTERVAL_HOURS BACKUP_MAX_RETRIES BACKUP_RETRY_DELAY_MINUTES BACKUP_BUCKETS BACKUP_CRON
        BACKUP_TIME_ZONE BACKUP_ENABLED
        HUBSTORAGE_PUID HUBSTORAGE_PGID HUBSTORAGE_DATA_DIR HUBSTORAGE_BIND_ADDRESS HUBSTORAGE_MEMORY_LIMIT
        HUBSTORAGE_IMAGE HUBSTORAGE_CONTAINER_NAME
        """.split("\\s+"));

    /** Shorter values would blot out innocent text, and protect nothing. */
    private static final int SHORTEST_SECRET = 8;

    private final Map<String, String> process;
    private final Map<String, String> overrides;
    private final Path dotenv;
    private final Map<String, String> values;
    /** What nobody may read in a log, by name. */
    private final Map<String, String> secrets;

    private final List<Path> secretFiles;
    private final List<Problem> problems;
    private final List<String> warnings;

    private Environment(Map<String, String> process, Path dotenv, Map<String, String> overrides) {
        this.process = process;
        this.overrides = overrides;
        this.dotenv = dotenv;
        List<Path> files = new ArrayList<>();
        List<Problem> wrong = new ArrayList<>();
        List<String> odd = new ArrayList<>();
        Map<String, String> merged = new TreeMap<>(layer(readDotenv(dotenv, odd), dotenv.toString(), files, wrong));
        merged.putAll(layer(unquoted(process, odd), "the process environment", files, wrong));
        merged.putAll(overrides);
        merged.entrySet().removeIf(entry -> entry.getValue().isBlank() || isPlaceholder(entry, odd));
        this.values = Map.copyOf(merged);
        merged.entrySet()
                .removeIf(entry ->
                        !Secrets.isVariable(entry.getKey()) || entry.getValue().length() < SHORTEST_SECRET);
        this.secrets = Map.copyOf(merged);
        this.secretFiles = List.copyOf(files);
        this.problems = List.copyOf(wrong);
        this.warnings = List.copyOf(odd);
    }

    /** The process environment given, over the {@code .env} that {@link #dotenvPath} finds for it. Blocks. */
    public static Environment load(Map<String, String> processEnv) {
        return load(processEnv, dotenvPath(processEnv));
    }

    /** The process environment given, over that file, which need not exist. Blocks. */
    public static Environment load(Map<String, String> processEnv, Path dotenv) {
        return new Environment(Map.copyOf(processEnv), dotenv.toAbsolutePath(), Map.of());
    }

    /** The same with these values, of a command line, over everything else; an empty one counts as not set. Blocks. */
    public Environment overridden(Map<String, String> byName) {
        return new Environment(process, dotenv, Map.copyOf(byName));
    }

    /** {@code HUBSTORAGE_ENV_FILE}, else {@code /app/.env} in a container, else {@code .env} in the working folder. */
    public static Path dotenvPath(Map<String, String> processEnv) {
        String named = processEnv.getOrDefault("HUBSTORAGE_ENV_FILE", "");
        if (!named.isBlank()) {
            return Path.of(named.strip());
        }
        String docker = processEnv.getOrDefault("DOCKER_MODE", "").strip();
        boolean inDocker = docker.isEmpty() ? isContainer() : Boolean.TRUE.equals(VariableReader.bool(docker));
        return Path.of(inDocker ? "/app/.env" : ".env");
    }

    static boolean isContainer() {
        return Files.exists(Path.of("/.dockerenv"));
    }

    /**
     * Refuses a file that somebody named and that is not there: what it was to say would be missing in silence. Blocks.
     *
     * @throws ConfigException naming the variable
     */
    public void requireNamedFile() {
        if (!process.getOrDefault("HUBSTORAGE_ENV_FILE", "").isBlank() && !Files.exists(dotenv)) {
            throw new ConfigException(
                    "HUBSTORAGE_ENV_FILE",
                    dotenv + ", which does not exist",
                    "a file that is there, or nothing for ./.env");
        }
    }

    /** The same process environment over the files as they are now. Blocks. */
    public Environment reload() {
        return new Environment(process, dotenv, overrides);
    }

    /** The value of a variable, or null when it is not set (or empty, or still the example's). */
    public @Nullable String get(String name) {
        return values.get(name);
    }

    /** The members of a comma-separated variable; empty when it is not set. */
    List<String> list(String name) {
        return Stream.of(values.getOrDefault(name, "").split(",", -1))
                .map(String::strip)
                .filter(member -> !member.isEmpty())
                .toList();
    }

    /** The settings that these variables make, with the place of data and logs as the environment alone has it. */
    public Settings settings() {
        return SettingsReader.read(this);
    }

    /** What deserves a word to the user but does not stop the program; holds no value of a secret. */
    public List<String> warnings() {
        return warnings;
    }

    /** The {@code .env} file looked at, whether or not it exists; absolute. */
    public Path dotenv() {
        return dotenv;
    }

    public List<String> secrets() {
        return List.copyOf(secrets.values());
    }

    List<Path> secretFiles() {
        return secretFiles;
    }

    List<Problem> problems() {
        return problems;
    }

    Set<String> changedNames(Environment other) {
        Set<String> names = new TreeSet<>(values.keySet());
        names.addAll(other.values.keySet());
        names.removeIf(name -> Objects.equals(get(name), other.get(name)));
        return names;
    }

    boolean sameAs(Environment other) {
        return values.equals(other.values) && warnings.equals(other.warnings) && problems.equals(other.problems);
    }

    /** The AWS credential that a text contains, by name; null when it contains none. */
    @Nullable
    String awsSecretIn(String text) {
        return secrets.entrySet().stream()
                .filter(secret -> secret.getKey().contains("AWS_") && text.contains(secret.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    /** A text with every secret of this environment taken out of it. */
    String redact(String text) {
        String clean = text;
        for (String secret : secrets.values()) {
            clean = clean.replace(secret, Secrets.HIDDEN);
        }
        return clean;
    }

    /** Names only: a value may be a secret. */
    @Override
    public String toString() {
        return "Environment" + new TreeSet<>(values.keySet());
    }

    private static Map<String, String> readDotenv(Path file, List<String> warnings) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Map.of();
        } catch (IOException e) {
            warnings.add(
                    Files.isDirectory(file)
                            ? "%s is a folder, not a file (Docker makes one when it mounts a file that does not exist): nothing is read from it"
                                    .formatted(file)
                            : "%s cannot be read (%s): nothing is read from it".formatted(file, ConfigFile.reason(e)));
            return Map.of();
        }
        EnvFile parsed = EnvFile.parse(bytes);
        for (int line : parsed.malformed()) {
            warnings.add("%s line %d is not of the form NAME=value, or a quote is not closed: the line is ignored"
                    .formatted(file, line));
        }
        for (String name : parsed.values().keySet()) {
            boolean ours =
                    Stream.of("HUBSTORAGE_", "AWS_", "BACKUP_", "RESTORE_").anyMatch(name::startsWith);
            String plain = name.endsWith("_FILE") ? name.substring(0, name.length() - 5) : name;
            if (ours
                    && !KNOWN.contains(name)
                    && !(Secrets.isVariable(plain) && !plain.equals(name))
                    && !Secrets.isNotify(name)
                    && !name.contains("_AWS_")) {
                warnings.add("%s sets %s, which HubStorage does not read from there".formatted(file, name));
            }
        }
        return parsed.values();
    }

    /** One source, with secrets fetched from the files it names, and what is empty left out. */
    private static Map<String, String> layer(
            Map<String, String> source, String where, List<Path> files, List<Problem> problems) {
        Map<String, String> result = new LinkedHashMap<>();
        source.forEach((name, value) -> {
            if (!value.isBlank()) {
                result.put(name, value);
            }
        });
        for (String fileName : List.copyOf(result.keySet())) {
            String name = fileName.endsWith("_FILE") ? fileName.substring(0, fileName.length() - 5) : "";
            if (!Secrets.isVariable(name)) {
                continue;
            }
            if (result.containsKey(name) && Secrets.isPrefixed(name)) {
                continue;
            }
            if (result.containsKey(name)) {
                problems.add(new Problem(
                        fileName, "both %s and %s in %s".formatted(name, fileName, where), "only one of the two"));
                continue;
            }
            Path file = Path.of(result.getOrDefault(fileName, "").strip()).toAbsolutePath();
            files.add(file);
            try {
                String secret = Files.readString(file, StandardCharsets.UTF_8).strip();
                if (!secret.isEmpty()) {
                    result.put(name, secret);
                }
            } catch (IOException e) {
                if (Secrets.isPrefixed(name)) {
                    // Perhaps of another program. An account that needs it says that it has no keys.
                    continue;
                }
                problems.add(new Problem(
                        fileName,
                        "%s (%s)".formatted(file, ConfigFile.reason(e)),
                        e instanceof AccessDeniedException
                                ? "a file that the user of this process%s may read; Compose hands a secret over with the owner and mode of the file: chown it to that user, or chmod 644 it"
                                        .formatted(ConfigFile.user())
                                : "a readable file that holds the secret"));
            }
        }
        return result;
    }

    /** {@code docker run --env-file} and compose's raw format keep the quotes around a value. */
    private static Map<String, String> unquoted(Map<String, String> process, List<String> warnings) {
        Map<String, String> result = new LinkedHashMap<>(process);
        Set<String> names = new TreeSet<>(process.keySet());
        names.removeIf(name -> !KNOWN.contains(name) && !Secrets.isPrefixed(name));
        for (String name : names) {
            String value = process.getOrDefault(name, "");
            char first = value.length() < 2 ? 'x' : value.charAt(0);
            boolean quoted = (first == '"' || first == '\'') && value.charAt(value.length() - 1) == first;
            if (quoted && !name.contains("PASSWORD")) {
                result.put(name, value.substring(1, value.length() - 1));
                warnings.add("%s stands in quotes in the process environment; they are left out".formatted(name));
            }
        }
        return result;
    }

    private static boolean isPlaceholder(Map.Entry<String, String> entry, List<String> warnings) {
        boolean ours = KNOWN.contains(entry.getKey()) || Secrets.isPrefixed(entry.getKey());
        boolean placeholder = ours && Secrets.isPlaceholder(entry.getValue());
        if (placeholder) {
            warnings.add("%s still has the value of .env.example and counts as not set".formatted(entry.getKey()));
        }
        return placeholder;
    }
}
