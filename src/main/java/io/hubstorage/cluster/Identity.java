package io.hubstorage.cluster;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;

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
    /** Of stores that never leave the memory of this process. */
    static final String STORE_PASSWORD = "memory";

    private static final String ALIAS = "member";
    /** Part of what all members of one version have in common: another value is another key. */
    private static final byte[] SALT = "hubstorage cluster identity 1".getBytes(StandardCharsets.UTF_8);

    private static final int ITERATIONS = 600_000;
    private static final int SEED_BYTES = 32;

    private final KeyStore keys;
    private final KeyStore trusted;
    private final SSLContext context;

    private Identity(KeyStore keys, KeyStore trusted, SSLContext context) {
        this.keys = keys;
        this.trusted = trusted;
        this.context = context;
    }

    /** The identity that a secret makes. Takes some tenths of a second, so that guessing takes long. */
    static Identity of(String secret) {
        try {
            KeyPair pair = pair(seed(secret));
            X509Certificate certificate = SelfIssued.certificate(pair);
            KeyStore keys = emptyStore();
            keys.setKeyEntry(
                    ALIAS, pair.getPrivate(), STORE_PASSWORD.toCharArray(), new X509Certificate[] {certificate});
            KeyStore trusted = emptyStore();
            trusted.setCertificateEntry(ALIAS, certificate);
            return new Identity(keys, trusted, context(keys, trusted));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java runtime cannot make the keys of a cluster: " + e, e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static SSLContext context(KeyStore keys, KeyStore trusted) throws GeneralSecurityException {
        KeyManagerFactory shown = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        shown.init(keys, STORE_PASSWORD.toCharArray());
        TrustManagerFactory checked = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        checked.init(trusted);
        SSLContext context = SSLContext.getInstance(PROTOCOL);
        context.init(shown.getKeyManagers(), checked.getTrustManagers(), new SecureRandom());
        return context;
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

    /**
     * A private key of Ed25519 is any 32 bytes; here it is the seed. The JDK computes the public key only while it generates a pair, so it
     * is given the seed where it asks for random bytes.
     */
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
    byte[] keyStore() {
        return content(keys);
    }

    /** The one certificate that is trusted, as a PKCS#12 store. */
    byte[] trustStore() {
        return content(trusted);
    }

    private static byte[] content(KeyStore store) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            store.store(out, STORE_PASSWORD.toCharArray());
            return out.toByteArray();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gives out these bytes in the place of random ones. */
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
