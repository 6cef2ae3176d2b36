package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.hubstorage.fs.Durable;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@link Settings} of an {@link Environment}, collecting everything that is wrong on the way. With the JDK alone: the
 * health check starts for good reasons without libraries.
 */
record SettingsReader(Environment env, VariableReader variables) {
    private static final int DEFAULT_PORT = 5002;
    private static final int SHORTEST_PASSWORD = 8;
    private static final int SHORTEST_TOKEN = 20;
    /** Of the keys that clients of the S3 endpoint sign with: whoever sees a signature can try out short ones. */
    private static final int SHORTEST_SECRET_KEY = 20;

    private static final Pattern ACCESS_KEY = Pattern.compile("[A-Za-z0-9_.-]{3,128}");
    private static final int SESSION_HOURS = 24;
    private static final int MOST_SESSION_HOURS = 30 * 24;
    private static final String DEFAULT_REGION = "us-east-1";
    private static final Pattern REGION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?\\.?");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%\\w+)?");
    /** Segments that mean nothing else in an address: no dots alone, nothing that would have to be encoded. */
    private static final Pattern BASE_PATH = Pattern.compile("(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)*/?");

    private static final Pattern ORIGIN =
            Pattern.compile("https?://([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");
    private static final Pattern BITS = Pattern.compile("[0-9]{1,3}");

    static Settings read(Environment env) {
        List<Problem> problems = new ArrayList<>();
        Settings settings = read(env, problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return settings;
    }

    /** As far as they can be read, with a default in the place of each value that is added to the problems. */
    static Settings read(Environment env, List<Problem> problems) {
        problems.addAll(env.problems());
        return new SettingsReader(env, new VariableReader(env, problems)).settings();
    }

    private Settings settings() {
        boolean docker = variables.flag("DOCKER_MODE", Environment.isContainer());
        Path base = Path.of(docker ? "/app" : "");
        Path configFile = configFile(variables.folder("HUBSTORAGE_CONFIG_PATH", base.resolve("config")));
        Settings.Web web = web(docker ? "0.0.0.0" : "127.0.0.1");
        return new Settings(
                docker,
                configFile,
                variables.folder("HUBSTORAGE_DATA_PATH", base.resolve("data")),
                variables.folder("HUBSTORAGE_LOG_PATH", base.resolve("logs")),
                web,
                aws(),
                writing(),
                place("HUBSTORAGE_HOOKS_PATH"),
                tls(Durable.folderOf(configFile).resolve("tls"), web.port()));
    }

    private Settings.@Nullable Tls tls(Path own, int port) {
        String word = variables.text("HUBSTORAGE_TLS");
        String certificate = variables.text("HUBSTORAGE_TLS_CERT");
        String key = variables.text("HUBSTORAGE_TLS_KEY");
        int redirect = variables.number(
                "HUBSTORAGE_TLS_REDIRECT_PORT", 0, 65_535, 0, "a whole number from 1 to 65535, or 0 for no redirect");
        boolean selfSigned = "self-signed".equalsIgnoreCase(word);
        if (word != null && !selfSigned) {
            variables.problem(
                    "HUBSTORAGE_TLS",
                    word,
                    "self-signed, or nothing; a certificate of your own is named by HUBSTORAGE_TLS_CERT and"
                            + " HUBSTORAGE_TLS_KEY");
        } else if (selfSigned && (certificate != null || key != null)) {
            variables.problem(
                    "HUBSTORAGE_TLS",
                    "self-signed",
                    "not together with a certificate of your own (HUBSTORAGE_TLS_CERT)");
        } else if ((certificate == null) != (key == null)) {
            variables.problem(
                    certificate == null ? "HUBSTORAGE_TLS_CERT" : "HUBSTORAGE_TLS_KEY",
                    "",
                    "both HUBSTORAGE_TLS_CERT and HUBSTORAGE_TLS_KEY, or none");
        } else if (!selfSigned && certificate == null && redirect != 0) {
            variables.problem(
                    "HUBSTORAGE_TLS_REDIRECT_PORT",
                    String.valueOf(redirect),
                    "only together with HUBSTORAGE_TLS_CERT and HUBSTORAGE_TLS_KEY, or HUBSTORAGE_TLS=self-signed");
        } else if (redirect != 0 && redirect == port) {
            variables.problem(
                    "HUBSTORAGE_TLS_REDIRECT_PORT",
                    String.valueOf(redirect),
                    "another port than HUBSTORAGE_WEB_PORT, where https is");
        }
        if (selfSigned) {
            return new Settings.Tls(own.resolve("certificate.pem"), own.resolve("key.pem"), true, redirect);
        }
        return certificate == null || key == null
                ? null
                : new Settings.Tls(
                        variables.folder("HUBSTORAGE_TLS_CERT", Path.of("")),
                        variables.folder("HUBSTORAGE_TLS_KEY", Path.of("")),
                        false,
                        redirect);
    }

    private static Path configFile(Path named) {
        boolean file = Files.isRegularFile(named)
                || (!Files.isDirectory(named) && named.toString().endsWith(".json"));
        return file ? named : named.resolve("config.json");
    }

    private Settings.Web web(String usualHost) {
        checkSecrets();
        List<String> proxies = variables.members(
                "HUBSTORAGE_TRUSTED_PROXIES",
                SettingsReader::isNetwork,
                "IP addresses and networks separated by commas, as 10.0.0.2 or 172.16.0.0/12");
        return new Settings.Web(
                host(usualHost),
                variables.number(
                        "HUBSTORAGE_WEB_PORT",
                        0,
                        65_535,
                        DEFAULT_PORT,
                        "a whole number from 1 to 65535, or 0 for any free port"),
                lowerCase(variables.members(
                        "HUBSTORAGE_ALLOWED_HOSTS",
                        SettingsReader::isHost,
                        "host names separated by commas, without scheme and port")),
                new Settings.Web.Login(
                        loginOff(),
                        Duration.ofHours(variables.number(
                                "HUBSTORAGE_SESSION_HOURS",
                                1,
                                MOST_SESSION_HOURS,
                                SESSION_HOURS,
                                "a whole number from 1 to " + MOST_SESSION_HOURS)),
                        OpenIdSettings.read(variables),
                        ProxyUserSettings.read(variables, proxies)),
                basePath(),
                proxies,
                // Exact ones: a pattern, or everybody, would let any page of the web in.
                lowerCase(variables.members(
                        "HUBSTORAGE_CORS_ORIGINS",
                        origin -> ORIGIN.matcher(origin).matches(),
                        "origins separated by commas, each whole, as https://home.example or http://nas.local:8080; no"
                                + " *")));
    }

    private String host(String fallback) {
        String text = variables.text("HUBSTORAGE_WEB_HOST");
        if (text == null) {
            return fallback;
        }
        String host = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        if (!isHost(host)) {
            variables.problem("HUBSTORAGE_WEB_HOST", text, "a host name or an IP address, without scheme and port");
        }
        return host;
    }

    private static boolean isHost(String text) {
        return HOST.matcher(text).matches() || IPV6.matcher(text).matches();
    }

    private static boolean isNetwork(String text) {
        int slash = text.indexOf('/');
        try {
            InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            String bits = slash < 0 ? "0" : text.substring(slash + 1);
            return BITS.matcher(bits).matches() && Integer.parseInt(bits) <= address.getAddress().length * 8;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Only one word switches it off, so that no slip does. */
    private boolean loginOff() {
        String text = variables.text("HUBSTORAGE_AUTH");
        if (text == null || text.equalsIgnoreCase("password")) {
            return false;
        }
        if (!text.equalsIgnoreCase("none")) {
            variables.problem("HUBSTORAGE_AUTH", text, "password, or none for no login at all");
        }
        return text.equalsIgnoreCase("none");
    }

    /** Whoever uses them reads them anew each time, since they may change; here a slip in them is found out. */
    private void checkSecrets() {
        String password = env.get("HUBSTORAGE_WEB_PASSWORD");
        String hash = variables.text("HUBSTORAGE_WEB_PASSWORD_HASH");
        String token = variables.text("HUBSTORAGE_WEB_TOKEN");
        if (password != null && password.length() < SHORTEST_PASSWORD) {
            variables.problem(
                    "HUBSTORAGE_WEB_PASSWORD", password, "at least %d characters".formatted(SHORTEST_PASSWORD));
        }
        if (hash != null && !Settings.Web.isPasswordHash(hash)) {
            variables.problem(
                    "HUBSTORAGE_WEB_PASSWORD_HASH", hash, "what the command 'password' prints, without quotes");
        }
        if (password != null && hash != null) {
            variables.problem("HUBSTORAGE_WEB_PASSWORD_HASH", hash, "only one of it and HUBSTORAGE_WEB_PASSWORD");
        }
        if (token != null && token.length() < SHORTEST_TOKEN) {
            variables.problem("HUBSTORAGE_WEB_TOKEN", token, "at least %d characters".formatted(SHORTEST_TOKEN));
        }
        checkEndpointKeys();
        // Those that send read it.
        variables.members(
                "HUBSTORAGE_NOTIFY_PRIVATE",
                text -> VariableReader.bool(text) != null || isHost(text) || isNetwork(text),
                "true, or host names, addresses and networks separated by commas, as ntfy.lan or 192.168.1.0/24");
    }

    private void checkEndpointKeys() {
        String accessKey = variables.text("HUBSTORAGE_S3_ACCESS_KEY_ID");
        String secretKey = variables.text("HUBSTORAGE_S3_SECRET_ACCESS_KEY");
        if (accessKey != null && !ACCESS_KEY.matcher(accessKey).matches()) {
            variables.problem("HUBSTORAGE_S3_ACCESS_KEY_ID", accessKey, "3 to 128 letters, digits and _ . -");
        }
        if (secretKey != null && secretKey.length() < SHORTEST_SECRET_KEY) {
            variables.problem(
                    "HUBSTORAGE_S3_SECRET_ACCESS_KEY",
                    secretKey,
                    "at least %d characters".formatted(SHORTEST_SECRET_KEY));
        }
    }

    /** Empty, or with a slash before and none behind. */
    private String basePath() {
        String text = variables.text("HUBSTORAGE_BASE_PATH");
        if (text == null) {
            return "";
        }
        if (!BASE_PATH.matcher(text).matches()) {
            variables.problem(
                    "HUBSTORAGE_BASE_PATH",
                    text,
                    "a path such as /backups: a slash first, then letters, digits and . _ ~ - between single slashes");
            return "";
        }
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private Settings.Aws aws() {
        URI endpoint = endpoint("");
        String region = region("");
        return new Settings.Aws(
                keys("", null),
                region == null ? DEFAULT_REGION : region,
                variables.text("AWS_PROFILE"),
                endpoint,
                variables.flag("HUBSTORAGE_S3_PATH_STYLE", endpoint != null),
                trustStore(),
                customerKey());
    }

    private Settings.Writing writing() {
        Settings.Keys keys = keys("RESTORE_", null);
        if (keys.hasAccessKey() != keys.hasSecretKey()) {
            String missing = keys.hasAccessKey() ? "RESTORE_AWS_SECRET_ACCESS_KEY" : "RESTORE_AWS_ACCESS_KEY_ID";
            variables.problem(missing, "", "both RESTORE_AWS_ACCESS_KEY_ID and RESTORE_AWS_SECRET_ACCESS_KEY, or none");
        }
        return new Settings.Writing(
                keys,
                region("RESTORE_"),
                endpoint("RESTORE_"),
                // What is wrong with it is told where AWS_* is read.
                !Boolean.FALSE.equals(VariableReader.bool(env.get("HUBSTORAGE_S3_PATH_STYLE"))),
                place("HUBSTORAGE_RESTORE_PATH"),
                place("HUBSTORAGE_REPLICATION_PATH"));
    }

    private @Nullable Path place(String name) {
        return env.get(name) == null ? null : variables.folder(name, Path.of(""));
    }

    private @Nullable String customerKey() {
        String text = variables.text("HUBSTORAGE_SSE_C_KEY");
        if (text == null || isCustomerKey(text)) {
            return text;
        }
        variables.problem("HUBSTORAGE_SSE_C_KEY", text, "the base64 of the 32 bytes of an AES-256 key");
        return null;
    }

    private static boolean isCustomerKey(String text) {
        try {
            return Base64.getDecoder().decode(text).length == 32;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Settings.Keys keys(String prefix, @Nullable String ofAccount) {
        return new Settings.Keys(
                variables.text(prefix + "AWS_ACCESS_KEY_ID"),
                variables.text(prefix + "AWS_SECRET_ACCESS_KEY"),
                variables.text(prefix + "AWS_SESSION_TOKEN"),
                ofAccount);
    }

    private @Nullable String region(String prefix) {
        String name = prefix + (env.get(prefix + "AWS_REGION") != null ? "AWS_REGION" : "AWS_DEFAULT_REGION");
        String region = variables.text(name);
        if (region != null && !REGION.matcher(region).matches()) {
            variables.problem(name, region, "a region such as eu-central-1");
        }
        return region;
    }

    private @Nullable URI endpoint(String prefix) {
        boolean ofS3 = env.get(prefix + "AWS_ENDPOINT_URL_S3") != null;
        String name = prefix + (ofS3 ? "AWS_ENDPOINT_URL_S3" : "AWS_ENDPOINT_URL");
        String text = variables.text(name);
        if (text == null) {
            return null;
        }
        URI endpoint = endpointOf(text);
        if (endpoint == null) {
            variables.problem(name, text, "a URL such as https://minio.example:9000, without login and query");
        }
        return endpoint;
    }

    /** The endpoint that a text names; null where it names none. */
    static @Nullable URI endpointOf(String text) {
        try {
            URI uri = new URI(text);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            boolean web = scheme.equals("http") || scheme.equals("https");
            return web && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawQuery() == null
                    ? uri
                    : null;
        } catch (URISyntaxException e) {
            // The exception would repeat the text, which may hold a login.
            return null;
        }
    }

    /**
     * Access to a named account, by its variables: those of the environment's account under a prefix. Neither that one's keys nor
     * what the SDK would find are of this account. Nor is the key for SSE-C, which a server is told as it is.
     *
     * @param trusted the authorities, which are the machine's and not an account's
     * @throws ConfigException naming the variable that is wrong
     */
    static Settings.Aws account(
            Environment env, String name, HubConfig.Account account, Settings.@Nullable TrustStore trusted) {
        List<Problem> problems = new ArrayList<>();
        String prefix = prefix(name, account);
        SettingsReader reader = new SettingsReader(env, new VariableReader(env, problems));
        URI endpoint = account.endpoint() == null ? reader.endpoint(prefix) : endpointOf(account.endpoint());
        String region = account.region() == null ? reader.region(prefix) : account.region();
        String profile = account.profile() == null ? reader.variables.text(prefix + "AWS_PROFILE") : account.profile();
        Settings.Aws aws = new Settings.Aws(
                account.profile() == null ? reader.keys(prefix, prefix) : new Settings.Keys(null, null, null, prefix),
                region == null ? DEFAULT_REGION : region,
                profile,
                endpoint,
                account.pathStyle() == null ? endpoint != null : account.pathStyle(),
                trusted,
                null);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return aws;
    }

    /** What the names of an account's variables begin with. */
    static String prefix(String name, HubConfig.Account account) {
        return account.envPrefix() == null
                ? name.toUpperCase(Locale.ROOT).replace('-', '_') + '_'
                : account.envPrefix();
    }

    private Settings.@Nullable TrustStore trustStore() {
        String text = env.get("AWS_CA_BUNDLE");
        if (text == null) {
            return null;
        }
        Path file = variables.folder("AWS_CA_BUNDLE", Path.of(""));
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            variables.problem("AWS_CA_BUNDLE", text, "a readable PEM or PKCS#12 file of certificate authorities");
        }
        return new Settings.TrustStore(file, env.get("HUBSTORAGE_TRUST_STORE_PASSWORD"));
    }

    private static List<String> lowerCase(List<String> texts) {
        return texts.stream().map(text -> text.toLowerCase(Locale.ROOT)).toList();
    }
}
