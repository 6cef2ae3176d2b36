package io.hubstorage.cluster;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Who all members of a cluster are to each other: a key pair and a certificate that each makes of the secret alone, so that nothing else has to
 * be handed round. Whoever can prove that it has the key has the secret, and nobody else is spoken with: TLS 1.3, both sides show this very
 * certificate. Immutable.
 *
 * <p>A server shows its certificate to whoever asks, so that guesses at the secret can be tried elsewhere. That each takes a fifth of a second
 * of a processor is why a secret that nobody can guess in a hundred thousand tries is safe; it should be drawn by chance all the same.
 */
final class Identity {
    static final String PROTOCOL = "TLSv1.3";

    private static final String ALIAS = "member";
    /** Part of what all members of one version have in common: another value is another key. */
    private static final byte[] SALT = "hubstorage cluster identity 1".getBytes(StandardCharsets.UTF_8);

    private static final int ITERATIONS = 600_000;
    private static final int SEED_BYTES = 32;

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final SSLContext context;

    private Identity(PrivateKey key, X509Certificate certificate, SSLContext context) {
        this.key = key;
        this.certificate = certificate;
        this.context = context;
    }

    /** The identity that a secret makes. Takes some tenths of a second, so that guessing takes long. */
    static Identity of(String secret) {
        try {
            KeyPair pair = pair(seed(secret));
            X509Certificate certificate = SelfIssued.certificate(pair);
            SSLContext context = SSLContext.getInstance(PROTOCOL);
            Identity identity = new Identity(pair.getPrivate(), certificate, context);
            context.init(
                    new KeyManager[] {identity.new Shown()},
                    new TrustManager[] {new Pinned(certificate)},
                    new SecureRandom());
            return identity;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime cannot make the keys of a cluster: " + e, e);
        }
    }

    private static byte[] seed(String secret) throws GeneralSecurityException {
        PBEKeySpec spec = new PBEKeySpec(secret.toCharArray(), SALT, ITERATIONS, SEED_BYTES * 8);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } finally {
            spec.clearPassword();
        }
    }

    /** A private key of Ed25519 is any 32 bytes; these. The JDK makes the public one of them only while it generates a pair. */
    private static KeyPair pair(byte[] seed) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(255, new Given(seed));
        KeyPair pair = generator.generateKeyPair();
        byte[] encoded = pair.getPrivate().getEncoded();
        if (!Arrays.equals(seed, Arrays.copyOfRange(encoded, encoded.length - SEED_BYTES, encoded.length))) {
            throw new GeneralSecurityException("its Ed25519 keys are not made of the bytes that it is given");
        }
        return pair;
    }

    /** For sockets that take a context. */
    SSLContext context() {
        return context;
    }

    /** For one connection; both sides have to prove themselves. */
    SSLEngine engine(boolean client) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(client);
        engine.setNeedClientAuth(true);
        engine.setEnabledProtocols(new String[] {PROTOCOL});
        return engine;
    }

    /** Key and certificate as a PKCS#12 store, for those that take nothing else. */
    byte[] keyStore(String password) {
        return store(
                password,
                store -> store.setKeyEntry(ALIAS, key, password.toCharArray(), new X509Certificate[] {certificate}));
    }

    /** The one certificate that is trusted, as a PKCS#12 store. */
    byte[] trustStore(String password) {
        return store(password, store -> store.setCertificateEntry(ALIAS, certificate));
    }

    @FunctionalInterface
    private interface Filling {
        void into(KeyStore store) throws GeneralSecurityException;
    }

    private static byte[] store(String password, Filling filling) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            filling.into(store);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            store.store(out, password.toCharArray());
            return out.toByteArray();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Somebody has another secret. */
    static final class StrangerException extends CertificateException {
        private static final long serialVersionUID = 1L;

        StrangerException() {
            super("the other side has another HUBSTORAGE_CLUSTER_SECRET");
        }
    }

    /** Trusts one certificate and nothing that it might have issued; times and names are of no concern. */
    private static final class Pinned extends X509ExtendedTrustManager {
        private final byte[] certificate;

        Pinned(X509Certificate certificate) throws CertificateException {
            this.certificate = certificate.getEncoded();
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            if (chain.length != 1 || !MessageDigest.isEqual(certificate, chain[0].getEncoded())) {
                throw new StrangerException();
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Shows the certificate to whoever asks for one. */
    private final class Shown extends X509ExtendedKeyManager {
        @Override
        public String chooseEngineClientAlias(String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String chooseEngineServerAlias(String type, Principal @Nullable [] issuers, SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String chooseClientAlias(String[] types, Principal @Nullable [] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public String chooseServerAlias(String type, Principal @Nullable [] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {certificate};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }
    }

    /** The bytes that it is given, where somebody asks for random ones. */
    private static final class Given extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final transient byte[] bytes;

        Given(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void nextBytes(byte[] target) {
            if (target.length != bytes.length) {
                throw new IllegalStateException("asked for %d bytes".formatted(target.length));
            }
            System.arraycopy(bytes, 0, target, 0, bytes.length);
        }
    }

    /** The smallest X.509 certificate that there is, the same for the same key. */
    private static final class SelfIssued {
        private static final int SEQUENCE = 0x30;
        private static final int SET = 0x31;
        private static final int VERSION = 0xa0;
        private static final int INTEGER = 2;
        private static final int BITS = 3;
        private static final int OBJECT = 6;
        private static final int UTF8 = 12;
        private static final int TIME = 24;
        /** Of Ed25519. */
        private static final byte[] ALGORITHM = der(SEQUENCE, der(OBJECT, new byte[] {0x2b, 0x65, 0x70}));

        private static final byte[] COMMON_NAME = der(OBJECT, new byte[] {0x55, 0x04, 0x03});

        static X509Certificate certificate(KeyPair pair) throws GeneralSecurityException {
            byte[] name =
                    der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, ascii("HubStorage cluster member")))));
            // Clocks that are wrong must not part members: there is no time at which it is not valid.
            byte[] validity = der(SEQUENCE, der(TIME, ascii("19700101000000Z")), der(TIME, ascii("99991231235959Z")));
            byte[] content = der(
                    SEQUENCE,
                    der(VERSION, der(INTEGER, BigInteger.TWO.toByteArray())),
                    der(INTEGER, BigInteger.ONE.toByteArray()),
                    ALGORITHM,
                    name,
                    validity,
                    name,
                    pair.getPublic().getEncoded());
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(pair.getPrivate());
            signature.update(content);
            byte[] whole = der(SEQUENCE, content, ALGORITHM, der(BITS, new byte[1], signature.sign()));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        private static byte[] der(int tag, byte[]... parts) {
            int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(tag);
            if (length < 0x80) {
                out.write(length);
            } else {
                byte[] bytes = BigInteger.valueOf(length).toByteArray();
                int from = bytes[0] == 0 ? 1 : 0;
                out.write(0x80 | (bytes.length - from));
                out.write(bytes, from, bytes.length - from);
            }
            Arrays.stream(parts).forEach(out::writeBytes);
            return out.toByteArray();
        }
    }
}
