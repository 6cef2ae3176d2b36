package io.hubstorage.config;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the environment and {@code .env} fix: paths, the web server, S3 access. The environment wins over {@code .env}.
 *
 * @param dockerMode {@code DOCKER_MODE=true} or {@code /.dockerenv}: the defaults are below {@code /app}
 * @param configFile {@code config.json}; its folder also holds the history
 * @param writing what a restore writes with; see also {@link #restoreAws}
 * @param hooks {@code HUBSTORAGE_HOOKS_PATH}: the one folder whose files hooks may run; none without it
 * @param tls absent where the web server speaks plain HTTP
 */
public record Settings(
        boolean dockerMode,
        Path configFile,
        Path dataPath,
        Path logPath,
        Web web,
        Aws aws,
        Writing writing,
        @Nullable Path hooks,
        @Nullable Tls tls) {

    Settings with(Aws other) {
        return new Settings(dockerMode, configFile, dataPath, logPath, web, other, writing, hooks, tls);
    }

    /** What addresses of the web server, and of the S3 endpoint, begin with. */
    public String scheme() {
        return tls == null ? "http" : "https";
    }

    /** With those who vouch for people as another login has them. */
    Settings withSignIn(Web.Login other) {
        Web.Login login = new Web.Login(web.login.off, web.login.idle, other.openId, other.proxyUser);
        Web changed =
                new Web(web.host, web.port, web.allowedHosts, login, web.basePath, web.trustedProxies, web.corsOrigins);
        return new Settings(dockerMode, configFile, dataPath, logPath, changed, aws, writing, hooks, tls);
    }

    /** Where and as whom a restore writes: the keys of a backup may be such that only read. */
    public Aws restoreAws() {
        boolean ownKeys = writing.keys.hasAccessKey() || writing.keys.hasSecretKey();
        return new Aws(
                ownKeys ? writing.keys : aws.keys,
                writing.region == null ? aws.region : writing.region,
                ownKeys ? null : aws.profile,
                writing.endpoint == null ? aws.endpoint : writing.endpoint,
                writing.endpoint == null ? aws.pathStyle : writing.pathStyle,
                aws.trustStore,
                aws.customerKey);
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
         * @param openId null where no provider is set
         * @param proxyUser null where no proxy says who comes in
         */
        public record Login(
                boolean off,
                Duration idle,
                @Nullable OpenIdSettings openId,
                @Nullable ProxyUserSettings proxyUser) {}

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
     * HTTPS of its own, of the web server and the S3 endpoint.
     *
     * @param certificate {@code HUBSTORAGE_TLS_CERT}: PEM, the server's own certificate before those of its authorities
     * @param key {@code HUBSTORAGE_TLS_KEY}: PEM, not encrypted
     * @param selfSigned {@code HUBSTORAGE_TLS=self-signed}: both files are HubStorage's to make, below the configuration's folder
     * @param redirectPort {@code HUBSTORAGE_TLS_REDIRECT_PORT}: where plain HTTP is led here; 0 for nowhere
     */
    public record Tls(Path certificate, Path key, boolean selfSigned, int redirectPort) {}

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
        private static final String AWS = "amazonaws.com";

        public Aws withKeys(Keys others) {
            return new Aws(others, region, profile, endpoint, pathStyle, trustStore, customerKey);
        }

        public Aws withProfile(@Nullable String other) {
            return new Aws(keys, region, other, endpoint, pathStyle, trustStore, customerKey);
        }

        /**
         * Who answers there, for comparing: all of AWS is one, since a bucket's name is there only once. Two addresses of one
         * server that differ in more than their letters cannot be told to be the same.
         */
        public String server() {
            if (endpoint == null || endpoint.getHost() == null) {
                return endpoint == null ? AWS : endpoint.toString();
            }
            String host = endpoint.getHost().toLowerCase(Locale.ROOT);
            if (host.endsWith(".amazonaws.com") || host.endsWith(".amazonaws.com.cn")) {
                return AWS;
            }
            String path = endpoint.getPath() == null ? "" : endpoint.getPath().replaceFirst("/+$", "");
            boolean secure = "https".equalsIgnoreCase(endpoint.getScheme());
            int port = endpoint.getPort() < 0 ? (secure ? 443 : 80) : endpoint.getPort();
            return host + ":" + port + path;
        }

        @Override
        public String toString() {
            return "Aws[region=%s, profile=%s, endpoint=%s, keys=%s]".formatted(region, profile, endpoint, keys);
        }
    }

    /**
     * Those of the environment; one half may be missing, which is for whoever uses them to say.
     *
     * @param prefix what the names of their variables begin with, of a named account; null for the account of the environment,
     *     where the SDK's own search may find others
     */
    public record Keys(
            @Nullable String accessKeyId,
            @Nullable String secretAccessKey,
            @Nullable String sessionToken,
            @Nullable String prefix) {
        private static final Pattern OF_ACCOUNT = Pattern.compile(
                "\\bAWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|ENDPOINT_URL|DEFAULT_REGION)\\b");

        /** Without keys, the profile or the SDK's own search decides. */
        public static final Keys NONE = new Keys(null, null, null);

        /** Of the account of the environment. */
        public Keys(@Nullable String accessKeyId, @Nullable String secretAccessKey, @Nullable String sessionToken) {
            this(accessKeyId, secretAccessKey, sessionToken, null);
        }

        /** The name of the variable that holds one of them. */
        public String variable(String name) {
            return prefix == null ? name : prefix + name;
        }

        /** A text for people that names variables, by the names that they have in this account. */
        public String inWords(String text) {
            return prefix == null ? text : OF_ACCOUNT.matcher(text).replaceAll(Matcher.quoteReplacement(prefix) + "$0");
        }

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

    /**
     * {@code RESTORE_AWS_*}, and where to.
     *
     * @param keys all of them or none: half of one pair and half of another open nothing
     * @param pathStyle as in {@link Aws}; of {@code endpoint}
     * @param folder {@code HUBSTORAGE_RESTORE_PATH}: restores that are asked for over the web or the bus may write to folders below
     *     this one, and to none without it
     * @param copies {@code HUBSTORAGE_REPLICATION_PATH}: second copies that are asked for, or configured, over the web or the bus may be
     *     this folder or lie below it; without it only the one that {@code config.json} names by hand
     */
    public record Writing(
            Keys keys,
            @Nullable String region,
            @Nullable URI endpoint,
            boolean pathStyle,
            @Nullable Path folder,
            @Nullable Path copies) {}

    /** A PEM or PKCS#12 file with further certificate authorities ({@code AWS_CA_BUNDLE}). */
    public record TrustStore(Path file, @Nullable String password) {
        @Override
        public String toString() {
            return "TrustStore[%s]".formatted(file);
        }
    }
}
