package io.hubstorage.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID provider on loopback that holds clients to the standards: OpenID Connect Core and Discovery, authorization codes that serve
 * once and only with their PKCE verifier (RFC 7636, S256 alone), the client's secret by Basic. Whoever comes is {@link #signsIn}. What a
 * provider that is broken, or somebody in its place, would answer can be told it. Thread-safe.
 */
public final class OpenIdProvider implements AutoCloseable {
    public static final String CLIENT = "hubstorage";
    public static final String SECRET = "the-secret-of-this-client";

    private static final String REALM = "/realms/test";
    private static final Duration CODE_LASTS = Duration.ofMinutes(1);
    private static final Duration TOKEN_LASTS = Duration.ofMinutes(5);
    private static final Set<String> OF_EVERY_TOKEN = Set.of("sub", "preferred_username");

    private final Vertx vertx = Vertx.vertx();
    private final InstantSource clock;
    private final Map<String, Grant> codes = new ConcurrentHashMap<>();
    private final Map<String, JsonObject> accessTokens = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final int port;
    private @Nullable HttpServer server;
    private volatile Key key = Key.make();
    private volatile Signer signer = Signer.RS256;
    private volatile JsonObject account = new JsonObject().put("sub", "nobody");
    private volatile Set<String> onlyWhenAsked = Set.of();
    private volatile UnaryOperator<JsonObject> idToken = UnaryOperator.identity();
    private volatile UnaryOperator<JsonObject> userInfo = UnaryOperator.identity();
    private volatile UnaryOperator<JsonObject> configuration = UnaryOperator.identity();
    private volatile boolean asks;

    /** How ID tokens are signed; all but the first are attacks. */
    public enum Signer {
        RS256,
        /** Not at all. */
        NONE,
        /** With the public key, which everybody has, as if it were a secret. */
        HS256_BY_PUBLIC_KEY,
        /** By a key of somebody else, under the id of the provider's. */
        FOREIGN_KEY,
        /** Right, and then changed. */
        CHANGED_AFTERWARDS
    }

    private record Key(String id, KeyPair pair) {
        static Key make() {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(2048);
                return new Key(UUID.randomUUID().toString(), generator.generateKeyPair());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        JsonObject shown() {
            RSAPublicKey shown = (RSAPublicKey) pair.getPublic();
            return new JsonObject()
                    .put("kty", "RSA")
                    .put("use", "sig")
                    .put("alg", "RS256")
                    .put("kid", id)
                    .put("n", encoded(unsigned(shown.getModulus().toByteArray())))
                    .put("e", encoded(unsigned(shown.getPublicExponent().toByteArray())));
        }

        JsonObject encrypts() {
            return shown().put("use", "enc").put("alg", "RSA-OAEP").put("kid", "for encryption");
        }

        private static byte[] unsigned(byte[] number) {
            return number[0] == 0 ? Arrays.copyOfRange(number, 1, number.length) : number;
        }
    }

    /** What a code stands for. */
    private record Grant(String redirect, String nonce, String challenge, JsonObject account, Instant until) {}

    private OpenIdProvider(InstantSource clock) {
        this.clock = clock;
        HttpServer first = listen(0);
        this.server = first;
        this.port = first.actualPort();
    }

    /** One that answers. */
    public static OpenIdProvider start(InstantSource clock) {
        return new OpenIdProvider(clock);
    }

    private HttpServer listen(int at) {
        return Hub.await(vertx.createHttpServer().requestHandler(this::handle).listen(at, "127.0.0.1"));
    }

    /** What it calls itself. */
    public URI issuer() {
        return URI.create("http://127.0.0.1:" + port + REALM);
    }

    /** Who is at the browser from now on, as claims: {@code sub}, {@code email}, {@code email_verified}, {@code groups} and so on. */
    public OpenIdProvider signsIn(JsonObject claims) {
        account = claims.copy();
        return this;
    }

    /** These claims are not in ID tokens, only in what it says at the userinfo endpoint. */
    public OpenIdProvider tellsOnlyWhenAsked(String... claims) {
        onlyWhenAsked = Set.of(claims);
        return this;
    }

    /** Shows a page with a button before it leads back, as for a person. */
    public OpenIdProvider asksPeople() {
        asks = true;
        return this;
    }

    public OpenIdProvider signsBy(Signer how) {
        signer = how;
        return this;
    }

    /** Changes the claims of each ID token before they are signed. */
    public OpenIdProvider changesIdToken(UnaryOperator<JsonObject> change) {
        idToken = change;
        return this;
    }

    public OpenIdProvider changesUserInfo(UnaryOperator<JsonObject> change) {
        userInfo = change;
        return this;
    }

    public OpenIdProvider changesConfiguration(UnaryOperator<JsonObject> change) {
        configuration = change;
        return this;
    }

    /** Signs with a new key from now on; the one before is no longer published. */
    public OpenIdProvider takesAnotherKey() {
        key = Key.make();
        return this;
    }

    /** How often a path below the issuer was asked for. */
    public long asked(String path) {
        return asked.stream().filter(path::equals).count();
    }

    /** Does not answer any more. */
    public void stop() {
        HttpServer running = server;
        if (running != null) {
            Hub.await(running.close());
            server = null;
        }
    }

    /** Answers again, under the same address. */
    public void comeBack() {
        if (server == null) {
            server = listen(port);
        }
    }

    private void handle(HttpServerRequest request) {
        String path = String.valueOf(request.path());
        String below = path.startsWith(REALM) ? path.substring(REALM.length()) : path;
        asked.add(below);
        request.body().onSuccess(body -> {
            try {
                switch (request.method() + " " + below) {
                    case "GET /.well-known/openid-configuration" -> json(request, 200, configuration.apply(metadata()));
                    case "GET /jwks" ->
                        // One for another end beside it, as Keycloak has.
                        json(
                                request,
                                200,
                                new JsonObject()
                                        .put(
                                                "keys",
                                                new JsonArray()
                                                        .add(key.encrypts())
                                                        .add(key.shown())));
                    case "GET /authorize" -> authorize(request);
                    case "POST /token" -> token(request, body);
                    case "GET /userinfo" -> userInfo(request);
                    default -> request.response().setStatusCode(404).end();
                }
            } catch (GeneralSecurityException | RuntimeException e) {
                request.response().setStatusCode(500).end(String.valueOf(e));
            }
        });
    }

    private JsonObject metadata() {
        String at = issuer().toString();
        return new JsonObject()
                .put("issuer", at)
                .put("authorization_endpoint", at + "/authorize")
                .put("token_endpoint", at + "/token")
                .put("userinfo_endpoint", at + "/userinfo")
                .put("jwks_uri", at + "/jwks")
                .put("response_types_supported", new JsonArray().add("code"))
                .put("grant_types_supported", new JsonArray().add("authorization_code"))
                .put("subject_types_supported", new JsonArray().add("public"))
                .put("id_token_signing_alg_values_supported", new JsonArray().add("RS256"))
                .put("token_endpoint_auth_methods_supported", new JsonArray().add("client_secret_basic"))
                .put("code_challenge_methods_supported", new JsonArray().add("S256"));
    }

    private void authorize(HttpServerRequest request) {
        String redirect = request.getParam("redirect_uri", "");
        if (!CLIENT.equals(request.getParam("client_id")) || !redirect.endsWith("/login/oidc/callback")) {
            // Nobody is led to where nobody has registered.
            request.response().setStatusCode(400).end("invalid client or redirect_uri");
            return;
        }
        String wrong = problem(request);
        if (wrong != null) {
            back(request, redirect, "error", wrong);
        } else if (asks && request.getParam("yes") == null) {
            request.response()
                    .putHeader("Content-Type", "text/html; charset=utf-8")
                    .end(
                            "<!doctype html><html lang=en><title>Sign in</title><link rel=icon href=\"data:,\"><a id=yes href=\"?%s&amp;yes=1\">Yes</a>"
                                    .formatted(String.valueOf(request.query()).replace("&", "&amp;")));
        } else {
            String code = UUID.randomUUID().toString();
            codes.put(
                    code,
                    new Grant(
                            redirect,
                            request.getParam("nonce"),
                            request.getParam("code_challenge"),
                            account,
                            clock.instant().plus(CODE_LASTS)));
            back(request, redirect, "code", code);
        }
    }

    private static @Nullable String problem(HttpServerRequest request) {
        if (!"code".equals(request.getParam("response_type"))) {
            return "unsupported_response_type";
        }
        if (!List.of(request.getParam("scope", "").split(" ", -1)).contains("openid")) {
            return "invalid_scope";
        }
        boolean proof = "S256".equals(request.getParam("code_challenge_method"))
                && request.getParam("code_challenge", "").matches("[A-Za-z0-9_-]{43}");
        boolean own = request.getParam("state", "").length() >= 32
                && request.getParam("nonce", "").length() >= 32;
        return proof && own ? null : "invalid_request";
    }

    private static void back(HttpServerRequest request, String redirect, String name, String value) {
        request.response()
                .setStatusCode(302)
                .putHeader(
                        "Location",
                        "%s?%s=%s&state=%s"
                                .formatted(
                                        redirect,
                                        name,
                                        value,
                                        URLEncoder.encode(request.getParam("state", ""), StandardCharsets.UTF_8)))
                .end();
    }

    private void token(HttpServerRequest request, Buffer body) throws GeneralSecurityException {
        String basic = Base64.getEncoder().encodeToString((CLIENT + ':' + SECRET).getBytes(StandardCharsets.UTF_8));
        if (!("Basic " + basic).equals(request.getHeader("Authorization"))) {
            json(request, 401, error("invalid_client"));
            return;
        }
        Map<String, String> form = new HashMap<>();
        for (String pair : body.toString().split("&", -1)) {
            String[] parts = pair.split("=", 2);
            form.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        // A code serves once, whatever comes of it.
        Grant grant = codes.remove(form.getOrDefault("code", ""));
        if (!"authorization_code".equals(form.get("grant_type"))) {
            json(request, 400, error("unsupported_grant_type"));
        } else if (grant == null
                || clock.instant().isAfter(grant.until())
                || !grant.redirect().equals(form.get("redirect_uri"))
                || !grant.challenge().equals(challenge(form.getOrDefault("code_verifier", "")))) {
            json(request, 400, error("invalid_grant"));
        } else {
            String access = UUID.randomUUID().toString();
            accessTokens.put(access, grant.account());
            json(
                    request,
                    200,
                    new JsonObject()
                            .put("access_token", access)
                            .put("token_type", "Bearer")
                            .put("expires_in", TOKEN_LASTS.toSeconds())
                            .put("id_token", signed(idToken.apply(claims(grant)))));
        }
    }

    private static JsonObject error(String code) {
        return new JsonObject().put("error", code).put("error_description", "as the standard says");
    }

    private static String challenge(String verifier) throws GeneralSecurityException {
        return encoded(MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
    }

    private JsonObject claims(Grant grant) {
        JsonObject claims = grant.account().copy();
        claims.fieldNames().removeIf(name -> onlyWhenAsked.contains(name) && !OF_EVERY_TOKEN.contains(name));
        long now = clock.instant().getEpochSecond();
        return claims.put("iss", issuer().toString())
                .put("aud", CLIENT)
                .put("iat", now)
                .put("exp", now + TOKEN_LASTS.toSeconds())
                .put("nonce", grant.nonce());
    }

    private String signed(JsonObject claims) throws GeneralSecurityException {
        Key published = key;
        String alg = switch (signer) {
            case NONE -> "none";
            case HS256_BY_PUBLIC_KEY -> "HS256";
            default -> "RS256";
        };
        String what = encoded(new JsonObject().put("alg", alg).put("kid", published.id())) + '.' + encoded(claims);
        return switch (signer) {
            case NONE -> what + '.';
            case HS256_BY_PUBLIC_KEY -> {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(published.pair().getPublic().getEncoded(), "HmacSHA256"));
                yield what + '.' + encoded(mac.doFinal(what.getBytes(StandardCharsets.US_ASCII)));
            }
            case FOREIGN_KEY -> what + '.' + rs256(Key.make(), what);
            case RS256 -> what + '.' + rs256(published, what);
            case CHANGED_AFTERWARDS -> {
                String[] parts = what.split("\\.", -1);
                yield parts[0] + '.' + encoded(claims.copy().put("changed", true)) + '.' + rs256(published, what);
            }
        };
    }

    private static String rs256(Key by, String what) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(by.pair().getPrivate());
        signature.update(what.getBytes(StandardCharsets.US_ASCII));
        return encoded(signature.sign());
    }

    private void userInfo(HttpServerRequest request) {
        String header = Objects.requireNonNullElse(request.getHeader("Authorization"), "");
        JsonObject claims = header.startsWith("Bearer ") ? accessTokens.get(header.substring(7)) : null;
        if (claims == null) {
            json(request, 401, error("invalid_token"));
        } else {
            json(request, 200, userInfo.apply(claims.copy()));
        }
    }

    private static void json(HttpServerRequest request, int status, JsonObject body) {
        HttpServerResponse response = request.response();
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(body.toBuffer());
    }

    private static String encoded(JsonObject part) {
        return encoded(part.encode().getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public void close() {
        Hub.await(vertx.close());
    }
}
