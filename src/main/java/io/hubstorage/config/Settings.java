package io.hubstorage.config;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the environment and {@code .env} fix: paths, the web server, S3 access. The environment wins over {@code .env}.
 *
 * @param dockerMode {@code DOCKER_MODE=true} or {@code /.dockerenv}: the defaults are below {@code /app}
 * @param configFile {@code config.json}; its folder also holds the history
 */
public record Settings(boolean dockerMode, Path configFile, Path dataPath, Path logPath, Web web, Aws aws) {

    Settings with(Aws other) {
        return new Settings(dockerMode, configFile, dataPath, logPath, web, other);
    }

    /** The folder of {@code config.json}, the history and what else outlives the data disk. */
    public Path configFolder() {
        Path folder = configFile.toAbsolutePath().getParent();
        return folder == null ? configFile.toAbsolutePath() : folder;
    }

    /**
     * The web server.
     *
     * @param allowedHosts {@code HUBSTORAGE_ALLOWED_HOSTS}: further names under which it answers where no login is asked for
     * @param basePath {@code HUBSTORAGE_BASE_PATH}: where a proxy has it, as {@code /backups}; empty for the root
     * @param trustedProxies {@code HUBSTORAGE_TRUSTED_PROXIES}: addresses and networks whose {@code X-Forwarded-*} count
     * @param corsOrigins {@code HUBSTORAGE_CORS_ORIGINS}: origins whose pages may use the API, in lower case
     */
    public record Web(
            String host,
            int port,
            List<String> allowedHosts,
            Login login,
            String basePath,
            List<String> trustedProxies,
            List<String> corsOrigins) {
        /**
         * Who comes in.
         *
         * @param off {@code HUBSTORAGE_AUTH=none}: everybody
         * @param idle {@code HUBSTORAGE_SESSION_HOURS}: how long a login lasts without being used
         */
        public record Login(boolean off, Duration idle) {}

        private static final Pattern PASSWORD_HASH =
                Pattern.compile("pbkdf2:it=[1-9][0-9]{3,6}:[A-Za-z0-9+/]{16,}={0,2}:[A-Za-z0-9+/]{43,}={0,2}");

        /** Whether a text has the form in which passwords are stored. */
        public static boolean isPasswordHash(String text) {
            return PASSWORD_HASH.matcher(text).matches();
        }

        /** An address or name as it stands in a URL. */
        public static String inUrl(String host) {
            return host.contains(":") ? "[" + host + "]" : host;
        }

        /** Whether an address can be reached from this machine only. */
        public static boolean isLoopback(String host) {
            try {
                return host.equalsIgnoreCase("localhost")
                        || InetAddress.ofLiteral(host).isLoopbackAddress();
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }

    /**
     * S3 access. Secrets live here and nowhere else; no {@code toString} shows one.
     *
     * @param endpoint {@code AWS_ENDPOINT_URL_S3}, else {@code AWS_ENDPOINT_URL}; absent means AWS itself
     * @param pathStyle bucket names in the path; the default wherever an endpoint is set
     * @param customerKey {@code HUBSTORAGE_SSE_C_KEY}: base64 of the 32 bytes that objects may be encrypted with (SSE-C)
     */
    public record Aws(
            Keys keys,
            String region,
            @Nullable String profile,
            @Nullable URI endpoint,
            boolean pathStyle,
            @Nullable TrustStore trustStore,
            @Nullable String customerKey) {
        public Aws withKeys(Keys others) {
            return new Aws(others, region, profile, endpoint, pathStyle, trustStore, customerKey);
        }

        public Aws withProfile(@Nullable String other) {
            return new Aws(keys, region, other, endpoint, pathStyle, trustStore, customerKey);
        }

        @Override
        public String toString() {
            return "Aws[region=%s, profile=%s, endpoint=%s, keys=%s]".formatted(region, profile, endpoint, keys);
        }
    }

    /** Those of the environment; one half may be missing, which is for whoever uses them to say. */
    public record Keys(
            @Nullable String accessKeyId,
            @Nullable String secretAccessKey,
            @Nullable String sessionToken) {
        /** Without keys, the profile or the SDK's own search decides. */
        public static final Keys NONE = new Keys(null, null, null);

        public boolean hasAccessKey() {
            return accessKeyId != null;
        }

        public boolean hasSecretKey() {
            return secretAccessKey != null;
        }

        @Override
        public String toString() {
            return "Keys[hasAccessKey=%s, hasSecretKey=%s]".formatted(hasAccessKey(), hasSecretKey());
        }
    }

    /** A PEM or PKCS#12 file with further certificate authorities ({@code AWS_CA_BUNDLE}). */
    public record TrustStore(Path file, @Nullable String password) {
        @Override
        public String toString() {
            return "TrustStore[%s]".formatted(file);
        }
    }
}
